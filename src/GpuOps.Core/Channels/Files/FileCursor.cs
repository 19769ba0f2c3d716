using System.Globalization;

namespace GpuOps.Channels.Files;

/// <summary>How far one file has been read, and the last bytes of that, by which it is known again.</summary>
internal sealed class FileCursor
{
    private const int WindowSize = 256;

    private byte[] _window = [];
    private string _stamp = "";

    /// <summary>Which file it is; empty before it was seen.</summary>
    public string Identity { get; private init; } = "";

    /// <summary>The next byte to read.</summary>
    public long Offset { get; private init; }

    /// <summary>Whether it is only believed to have what was read before; then it is dropped if it has not.</summary>
    public bool IsGuess { get; private init; }

    /// <summary>Nothing of it was read yet, and other files had the path before.</summary>
    public bool IsNew { get; private init; }

    /// <summary>Nothing was left to read when its successor was there already.</summary>
    public bool IsDrained { get; set; }

    /// <summary>When the file was last written, in seconds since 1970; of one that was not seen yet, the one before.</summary>
    public double Modified { get; private init; }

    /// <summary>A cursor at some place of a file.</summary>
    /// <param name="offset">The next byte to read.</param>
    public static FileCursor At(long offset) => new() { Offset = offset };

    /// <summary>A cursor at the beginning of a file that came after another.</summary>
    /// <param name="identity">The file; empty for the one that will be there.</param>
    /// <param name="after">When the one before was last written, in seconds since 1970.</param>
    public static FileCursor New(string identity, double after) => new() { Identity = identity, IsNew = true, Modified = after };

    /// <summary>This cursor in a file that may be a copy of its own.</summary>
    /// <param name="identity">The file.</param>
    public FileCursor GuessIn(string identity) => new() { Identity = identity, Offset = Offset, IsGuess = true, _window = _window };

    /// <summary>What to look at next.</summary>
    /// <param name="path">The path.</param>
    /// <param name="most">How many new bytes at most.</param>
    /// <param name="isThorough">Reads also what seems not to have changed.</param>
    public FileLook Look(string path, int most, bool isThorough) =>
        new(path, Identity, Offset - _window.Length, _window.Length + most, isThorough ? "" : _stamp);

    /// <summary>Whether the file still has what was read from it.</summary>
    /// <param name="sight">What the look found.</param>
    public bool Continues(FileSight sight) => sight.Length >= Offset
        && (sight.Data.IsEmpty ? _window.Length == 0 || sight.Stamp == _stamp : sight.Data.Span.StartsWith(_window));

    /// <summary>This cursor behind the new bytes.</summary>
    /// <param name="sight">What the look found, which continues what was read.</param>
    /// <param name="fresh">The new bytes.</param>
    public FileCursor Advance(FileSight sight, out ReadOnlyMemory<byte> fresh)
    {
        fresh = sight.Data.Length > _window.Length ? sight.Data[_window.Length..] : default;
        var seen = fresh.IsEmpty ? _window : sight.Data.Span[Math.Max(0, sight.Data.Length - WindowSize)..].ToArray();
        var offset = Offset + fresh.Length;
        return new()
        {
            Identity = sight.Identity,
            Offset = offset,
            IsNew = IsNew && fresh.IsEmpty,
            Modified = double.Parse(sight.Stamp.AsSpan(sight.Stamp.LastIndexOf(':') + 1), CultureInfo.InvariantCulture),
            _window = seen,
            // A file of which there is more to read has to be read although it did not change.
            _stamp = offset == sight.Length ? sight.Stamp : "",
        };
    }
}
