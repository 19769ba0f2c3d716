using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace GpuOps.Rigs;

/// <summary>The folder of a rig: its configuration, keys, devices, and what the daemons write.</summary>
internal sealed partial class SlurmFolder
{
    private const int Tries = 10;
    private const string Prefix = "gpuops-slurm-";
    private const int Private = 0b110_000_000, Readable = 0b111_101_101, Shared = 0b1_111_111_111, Device = 0b110_110_110;

    // Locked as long as this process lives.
    private readonly FileStream _owner;

    private SlurmFolder(string path, FileStream owner)
    {
        Path = path;
        _owner = owner;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The path of slurm.conf.</summary>
    public string Configuration => this["slurm.conf"];

    /// <summary>The working folder of commands, where everyone may write.</summary>
    public string Work => this["work"];

    /// <summary>The variable that all processes of the rig have in their environment.</summary>
    public string Mark => "SLURM_CONF=" + Configuration;

    /// <summary>A path in the folder.</summary>
    /// <param name="name">Relative to it.</param>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Makes a folder with everything in it that the daemons want to find.</summary>
    /// <param name="options">What the rig is to be like.</param>
    /// <param name="port">The first of the rig's ports.</param>
    public static SlurmFolder Create(SlurmRigOptions options, int port)
    {
        var path = Directory.CreateTempSubdirectory(Prefix).FullName;
        var folder = new SlurmFolder(path, Lock(path));
        foreach (var name in (string[])["run", "state", "spool", "log", "dev", "work"])
            Directory.CreateDirectory(folder[name]);
        // Other users run clients, which read slurm.conf and speak to munged.
        SetMode(path, Readable);
        SetMode(folder.Work, Shared);
        for (var gpu = 0; gpu < 8; gpu++)
            MakeDevice(folder[$"dev/nvidia{gpu}"]);

        File.WriteAllBytes(folder["munge.key"], RandomNumberGenerator.GetBytes(128));
        SetMode(folder["munge.key"], Private);
        var text = new SlurmConfiguration(path, port, options.Accounting);
        File.WriteAllText(folder["slurmdbd.conf"], text.Accounting);
        SetMode(folder["slurmdbd.conf"], Private);
        File.WriteAllText(folder.Configuration, text.Cluster);
        File.WriteAllText(folder["gres.conf"], text.Gpus);
        File.WriteAllText(folder["cgroup.conf"], SlurmConfiguration.ControlGroups);
        return folder;
    }

    /// <summary>Ends and removes the rigs of test runs that were killed.</summary>
    public static async Task RemoveAbandonedAsync()
    {
        foreach (var path in Directory.GetDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            try
            {
                await new SlurmFolder(path, Lock(path)).RemoveAsync();
            }
            catch (IOException)
            {
                // Its owner lives, or another test run removes it.
            }
        }
    }

    /// <summary>Ends every process of the rig, and removes the folder.</summary>
    public async Task RemoveAsync()
    {
        for (var left = Tries; ; left--)
        {
            await RigProcesses.EndAsync(Mark);
            try
            {
                Directory.Delete(Path, recursive: true);
                break;
            }
            catch (DirectoryNotFoundException)
            {
                // Another test run took it for abandoned, once its lock was gone.
                break;
            }
            catch (IOException) when (left > 0)
            {
                // One that was just being born when the others were looked for has written something: it is found now.
            }
        }

        await _owner.DisposeAsync();
    }

    private static FileStream Lock(string path) =>
        new(System.IO.Path.Combine(path, "owner"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    // Slurm wants a GPU to be a device; these are the null device under other names.
    private static void MakeDevice(string path)
    {
        const uint characterDevice = 0x2000, nullDevice = 0x103;
        if (MakeNode(path, characterDevice, nullDevice) != 0)
            throw new IOException($"{path} cannot be made: error {Marshal.GetLastPInvokeError()}.");
        SetMode(path, Device);
    }

    private static void SetMode(string path, int mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, (UnixFileMode)mode);
    }

    [LibraryImport("libc", EntryPoint = "mknod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeNode(string path, uint mode, ulong device);
}
