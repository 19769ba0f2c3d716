using System.Diagnostics;
using GpuOps.Rigs;

namespace GpuOps.Bench.Clusters;

/// <summary>A real cluster, and a real sshd by which it can be reached too; the backends <c>here</c> and <c>far</c>.</summary>
internal sealed class SlurmSite : IAsyncDisposable
{
    private const string Host = "far";

    private readonly string _home = Directory.CreateTempSubdirectory("gpuops-bench-").FullName;
    private readonly string? _homeBefore = Environment.GetEnvironmentVariable("HOME");
    private readonly SlurmRig _cluster;
    private readonly SshdRig _login;
    private readonly UserSettings _settings;

    private SlurmSite(SlurmRig cluster, SshdRig login)
    {
        (_cluster, _login) = (cluster, login);
        Directory.CreateDirectory(Path.Combine(_home, ".ssh"));
        File.WriteAllLines(SshConfig,
        [
            $"Host {Host}", $"  HostName {login.Address}", $"  Port {login.Port}", $"  IdentityFile {login.IdentityFile}", $"  UserKnownHostsFile {login.KnownHostsFile}",
            "  ControlMaster auto", $"  ControlPath {_home}/master", "  ControlPersist yes",
        ]);
        Environment.SetEnvironmentVariable("HOME", _home);
        string[] where = [$"configuration: {cluster.Configuration}"];
        _settings = new UserSettings(("here", ["uri: 'slurm:'", .. where]), ("far", [$"uri: slurm://{Host}", .. where]));
    }

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Missing => SlurmRig.Missing ?? SshdRig.Missing ?? (RigFiles.Find("ssh") is null ? "ssh is not installed (apt-get install openssh-client)" : null);

    /// <summary>A folder for jobs to be submitted from.</summary>
    public string WorkFolder => _cluster.WorkFolder;

    private string SshConfig => Path.Combine(_home, ".ssh", "config");

    public static async Task<SlurmSite> StartAsync()
    {
        var cluster = await SlurmRig.StartAsync(new SlurmRigOptions { Accounting = false });
        return new SlurmSite(cluster, await SshdRig.StartAsync());
    }

    /// <summary>Runs a program with the cluster's configuration in its environment; returns how long it took, in ms.</summary>
    public async Task<double> RunAsync(params string[] command)
    {
        var start = Stopwatch.GetTimestamp();
        var info = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, WorkingDirectory = WorkFolder };
        info.Environment["SLURM_CONF"] = _cluster.Configuration;
        using var process = Process.Start(info)!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? Stopwatch.GetElapsedTime(start).TotalMilliseconds
            : throw new InvalidOperationException($"{string.Join(' ', command)} ended with exit code {process.ExitCode}.");
    }

    /// <summary>Runs a shell's line again and again, each time over the one connection that ssh keeps.</summary>
    public Task<double> RunOverSshAsync(int times, string line) =>
        RunAsync("/bin/sh", "-c", "n=0; while [ $n -lt \"$1\" ]; do ssh -F \"$2\" \"$3\" \"$4\" || exit; n=$((n+1)); done", "sh",
            times.ToString(CultureInfo.InvariantCulture), SshConfig, Host, $"SLURM_CONF={_cluster.Configuration} {line}");

    /// <summary>Ends all jobs, so that no round finds more than another did.</summary>
    public Task ClearAsync() => RunAsync("scancel", "--user=root");

    public async ValueTask DisposeAsync()
    {
        await RunAsync("/bin/sh", "-c", "ssh -F \"$1\" -O exit \"$2\" 2>/dev/null; true", "sh", SshConfig, Host);
        Environment.SetEnvironmentVariable("HOME", _homeBefore);
        _settings.Dispose();
        await _login.DisposeAsync();
        await _cluster.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }
}
