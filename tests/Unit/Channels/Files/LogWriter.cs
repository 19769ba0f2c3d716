using System.Buffers;
using System.Globalization;
using System.Text;

namespace GpuOps.Unit.Channels.Files;

/// <summary>Writes a log as jobs and those who tidy up after them do, and remembers every byte.</summary>
internal sealed class LogWriter(string path)
{
    private readonly DateTime _begin = DateTime.UtcNow;
    private int _words, _rotations, _ticks;

    /// <summary>All that was ever written.</summary>
    public ArrayBufferWriter<byte> Written { get; } = new();

    /// <summary>What this did, for a test that fails.</summary>
    public StringBuilder Story { get; } = new();

    /// <summary>Adds some bytes; no two additions are alike.</summary>
    public void Append(int size)
    {
        // Line breaks, zero bytes and bytes that are no UTF-8 are bytes like others.
        byte[] bytes = [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"<{++_words}>\r\n")), .. Enumerable.Range(0, size).Select(i => (byte)((i * 7) + _words))];
        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.Write(bytes);
        Written.Write(bytes);
        file.Dispose();
        Touch(path);
        Tell($"append {bytes.Length}");
    }

    /// <summary>logrotate: the old ones move on by a number, and the next write makes a new file.</summary>
    public void Rename()
    {
        Shift();
        if (File.Exists(path))
            File.Move(path, path + ".1");
        Tell("rename");
    }

    /// <summary>logrotate's copytruncate.</summary>
    public void CopyAndEmpty()
    {
        if (!File.Exists(path))
            return;
        Shift();
        File.Copy(path, path + ".1");
        Touch(path + ".1");
        Empty();
        Tell("copy and empty");
    }

    /// <summary>What Slurm does to a job's log when the job begins again.</summary>
    public void Empty()
    {
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.Dispose();
        Touch(path);
        Tell("empty");
    }

    /// <summary>Another file of the same name, often with the same inode.</summary>
    public void Replace()
    {
        File.Delete(path);
        Append(3);
        Tell("replaced");
    }

    // The clock of a file system ticks slower than this writes.
    private void Touch(string file) => File.SetLastWriteTimeUtc(file, _begin.AddMilliseconds(20 * ++_ticks));

    private void Shift()
    {
        for (var i = ++_rotations; i > 0; i--)
        {
            if (File.Exists($"{path}.{i}"))
                File.Move($"{path}.{i}", $"{path}.{i + 1}");
        }
    }

    private void Tell(string what) => Story.AppendLine(what);
}
