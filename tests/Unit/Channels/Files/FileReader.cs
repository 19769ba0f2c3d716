using System.Buffers;
using GpuOps.Channels.Files;

namespace GpuOps.Unit.Channels.Files;

/// <summary>Follows a file as a log is followed, look by look.</summary>
internal sealed class FileReader(CutChannel channel, string path, long start)
{
    private readonly FollowedFile _file = new(path, start);
    private readonly FileLooks _looks = new(channel);
    private readonly ArrayBufferWriter<byte> _read = new();

    public CutChannel Channel => channel;

    public string Path => path;

    /// <summary>All that was read.</summary>
    public ReadOnlySpan<byte> Read => _read.WrittenSpan;

    /// <summary>Where another file began.</summary>
    public List<int> Beginnings { get; } = [];

    /// <summary>Looks once; says whether anything was to be seen.</summary>
    public async Task<bool> LookAsync(int most, bool isThorough, CancellationToken cancellationToken)
    {
        var pieces = _file.Take(await _looks.LookAsync(_file.Next(most, isThorough), cancellationToken));
        foreach (var piece in pieces)
        {
            if (piece.IsNew)
                Beginnings.Add(_read.WrittenCount);
            _read.Write(piece.Bytes.Span);
        }

        return (_file.NeedsSiblings && _file.TakeSiblings(await _looks.SiblingsAsync(_file.Path, cancellationToken))) || pieces.Count > 0;
    }

    /// <summary>Reads all there is.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (await LookAsync(1 << 16, true, cancellationToken))
        {
        }
    }
}
