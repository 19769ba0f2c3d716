using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace GpuOps.Rigs;

/// <summary>A private sshd on a free port of loopback, in a temporary folder that is also the home of who logs in.</summary>
public sealed partial class SshdRig : IAsyncDisposable
{
    private const int SigKill = 9, SigStop = 19;

    private readonly SshdRigOptions _options;
    private Process? _process;

    private SshdRig(SshdRigOptions options)
    {
        _options = options;
        // No other server is on a host that was made for it.
        Port = options.Host is null ? FreePort(options.Address) : 22;
        // sshd separates privileges below it, and exists once for all rigs.
        Directory.CreateDirectory("/run/sshd");
    }

    /// <summary>Why there can be no such rig here; null when there can.</summary>
    public static string? Missing => RigFiles.Find("sshd") is null ? "sshd is not installed (apt-get install openssh-server)"
        : RigFiles.Find("ssh-keygen") is null ? "ssh-keygen is not installed (apt-get install openssh-client)"
        : Environment.IsPrivilegedProcess ? null : "sshd serves its rigs as root only";

    /// <summary>Its folder: the home of who logs in, and where its files are.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("gpuops-sshd-").FullName;

    /// <summary>The address it listens on.</summary>
    public string Address => _options.Host?.Address ?? _options.Address;

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    /// <summary>A private key that it lets in.</summary>
    public string IdentityFile => Path.Combine(Folder, "client");

    /// <summary>A file of known hosts that has its key.</summary>
    public string KnownHostsFile => Path.Combine(Folder, "known_hosts");

    /// <summary>Its public key, <c>TYPE BASE64</c>.</summary>
    public string HostKey => string.Join(' ', File.ReadAllText(HostKeyFile + ".pub").Split(' ')[..2]);

    private string HostKeyFile => Path.Combine(Folder, "host");

    /// <summary>Starts one; it takes connections when this returns.</summary>
    /// <param name="options">What it is to be like.</param>
    public static async Task<SshdRig> StartAsync(SshdRigOptions? options = null)
    {
        var rig = new SshdRig(options ?? new SshdRigOptions());
        try
        {
            await KeygenAsync(rig.HostKeyFile);
            await KeygenAsync(rig.IdentityFile);
            File.Copy(rig.IdentityFile + ".pub", Path.Combine(rig.Folder, "authorized"));
            await File.WriteAllTextAsync(rig.KnownHostsFile, $"{(rig.Port == 22 ? rig.Address : $"[{rig.Address}]:{rig.Port}")} {rig.HostKey}\n");
            await rig.StartAgainAsync();
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a pair of keys: FILE and FILE.pub.</summary>
    /// <param name="file">The file.</param>
    /// <param name="passphrase">Its passphrase.</param>
    /// <param name="type">Its type, as ssh-keygen names it.</param>
    public static async Task KeygenAsync(string file, string passphrase = "", string type = "ed25519")
    {
        using var process = Process.Start(new ProcessStartInfo(RigFiles.Find("ssh-keygen")!, ["-q", "-t", type, "-N", passphrase, "-C", "rig", "-f", file]))!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"ssh-keygen made no '{file}'.");
    }

    /// <summary>Lets another key in.</summary>
    /// <param name="identityFile">The private key, beside which the public one is.</param>
    public void Authorize(string identityFile) =>
        File.AppendAllText(Path.Combine(Folder, "authorized"), File.ReadAllText(identityFile + ".pub"));

    /// <summary>Starts it again on the same port, after it was killed; with its keys as they are by now.</summary>
    public async Task StartAgainAsync()
    {
        var configuration = Path.Combine(Folder, "sshd_config");
        await File.WriteAllLinesAsync(configuration, Configuration());
        string[] command = [.. _options.Host?.Prefix ?? [], RigFiles.Find("sshd")!, "-D", "-e", "-f", configuration];
        _process = await ServerStart.UntilReadyAsync(new ProcessStartInfo(command[0], command[1..]), "Server listening on");
    }

    /// <summary>Gives it another host key; it shows it after it was started again.</summary>
    public async Task ChangeHostKeyAsync()
    {
        File.Delete(HostKeyFile);
        File.Delete(HostKeyFile + ".pub");
        await KeygenAsync(HostKeyFile);
    }

    /// <summary>Cuts all connections at once; it goes on and takes new ones. What ran over them is left running.</summary>
    public void CutConnections() => SignalConnections(SigKill);

    /// <summary>Makes all connections fall silent, as a link that went down does; new ones are taken.</summary>
    public void SilenceConnections() => SignalConnections(SigStop);

    /// <summary>Ends it and all its connections with SIGKILL.</summary>
    public async Task KillAsync()
    {
        CutConnections();
        _process!.Kill();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _process.WaitForExitAsync(limit.Token);
        _process.Dispose();
        _process = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private IEnumerable<string> Configuration() =>
    [
        $"ListenAddress {Address}",
        $"Port {Port}",
        $"HostKey {HostKeyFile}",
        "PidFile none",
        // Of each setting the first counts.
        .. _options.Lines,
        $"AuthorizedKeysFile {Folder}/authorized",
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin prohibit-password",
        "MaxStartups 100",
        $"SetEnv HOME={Folder}",
        // The account's own shell runs this, and hands the line on as it is.
        .. _options.Shell is { } shell ? (string[])[$"ForceCommand exec {shell} -c \"$SSH_ORIGINAL_COMMAND\""] : [],
    ];

    // One that went with another before it is what was wanted.
    private void SignalConnections(int signal)
    {
        foreach (var child in Descendants(_process!.Id).Where(IsSshd).ToList())
            _ = Signal(child, signal);
    }

    private static IEnumerable<int> Descendants(int process) =>
        Read($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture)).SelectMany(id => (int[])[id, .. Descendants(id)]);

    private static bool IsSshd(int process) => Read($"/proc/{process}/comm").StartsWith("sshd", StringComparison.Ordinal);

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            // A process that has ended has no files.
            return "";
        }
    }

    private static int FreePort(string address)
    {
        using var listener = new TcpListener(IPAddress.Parse(address), 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int processId, int signal);
}
