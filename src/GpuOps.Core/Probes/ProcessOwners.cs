using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace GpuOps.Probes;

/// <summary>
/// Whose a process is and what it is called, read from Linux' <c>/proc</c>. Elsewhere, and for processes that are gone
/// or hidden, both are empty.
/// </summary>
internal sealed partial class ProcessOwners(string procFolder = "/proc")
{
    private readonly ConcurrentDictionary<uint, string> _users = new();

    public GpuProcess Describe(int processId, long? memoryUsed, string knownName = "")
    {
        var (name, uid) = Read(processId);
        var user = uid is { } known ? _users.GetOrAdd(known, UserName) : "";
        return new(processId, user, name.Length > 0 ? name : knownName, memoryUsed);
    }

    /// <summary>Name and real user id from a <c>/proc/PID/status</c> (proc_pid_status(5)).</summary>
    internal static (string Name, uint? Uid) ParseStatus(string status)
    {
        var name = "";
        uint? uid = null;
        foreach (var line in status.AsSpan().EnumerateLines())
        {
            if (line.StartsWith("Name:", StringComparison.Ordinal))
            {
                name = line[5..].Trim().ToString();
            }
            else if (line.StartsWith("Uid:", StringComparison.Ordinal))
            {
                var ids = line[4..].Trim();
                var end = ids.IndexOfAny('\t', ' ');
                if (uint.TryParse(end < 0 ? ids : ids[..end], CultureInfo.InvariantCulture, out var real))
                    uid = real;
                break;
            }
        }

        return (name, uid);
    }

    private (string Name, uint? Uid) Read(int processId)
    {
        if (!OperatingSystem.IsLinux() || processId <= 0)
            return ("", null);
        try
        {
            return ParseStatus(File.ReadAllText($"{procFolder}/{processId}/status"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ("", null);
        }
    }

    // A user id nobody has a name for (a container's) is shown as its number, as ps does.
    internal static unsafe string UserName(uint uid)
    {
        const int OutOfRange = 34;
        for (var size = 1024; size <= 1024 * 1024; size *= 4)
        {
            var text = new byte[size];
            fixed (byte* buffer = text)
            {
                // struct passwd starts with pw_name in glibc and musl, and is 48 bytes long.
                var entry = stackalloc nint[16];
                nint found = 0;
                var error = GetPasswordEntry(uid, entry, buffer, (nuint)size, &found);
                if (error == OutOfRange)
                    continue;
                if (error == 0 && found != 0 && entry[0] != 0)
                    return Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)entry[0]));
                break;
            }
        }

        return uid.ToString(CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    private static unsafe partial int GetPasswordEntry(uint uid, nint* entry, byte* buffer, nuint size, nint* found);
}
