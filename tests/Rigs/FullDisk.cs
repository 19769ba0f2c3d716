using System.Diagnostics;

namespace GpuOps.Rigs;

/// <summary>A small file system with no room left, neither for bytes nor for another file.</summary>
public sealed class FullDisk : IAsyncDisposable
{
    private FullDisk()
    {
    }

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Missing => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? null : "file systems are mounted by root on Linux only";

    /// <summary>Where it is.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("gpuops-full-").FullName;

    private string Ballast => System.IO.Path.Combine(Path, "all");

    /// <summary>Mounts one.</summary>
    /// <param name="takesNames">A file can be made, and nothing be written to it.</param>
    /// <param name="kilobytes">How large it is.</param>
    public static async Task<FullDisk> MountAsync(bool takesNames, int kilobytes = 64)
    {
        var disk = new FullDisk();
        if (await RunAsync("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k,nr_inodes={(takesNames ? 100 : 2)}", "none", disk.Path) is var code and not 0)
        {
            Directory.Delete(disk.Path);
            throw new InvalidOperationException($"mount ended with {code}.");
        }

        disk.Fill();
        return disk;
    }

    /// <summary>Makes room: all but what others wrote there.</summary>
    public void Clear() => File.Delete(Ballast);

    /// <summary>Takes all the room there is.</summary>
    public void Fill()
    {
        using var file = new FileStream(Ballast, FileMode.Append);
        var page = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(page);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // No room left.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static async Task<int> RunAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(RigFiles.Find(command[0])!, command[1..]))!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
