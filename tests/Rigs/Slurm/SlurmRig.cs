namespace GpuOps.Rigs;

/// <summary>
/// A private Slurm cluster on this host: four nodes with eight GPUs each in the partition <c>gpu</c>, two nodes without in
/// <c>cpu</c>, and accounting when wanted. It takes free ports and a temporary folder; rigs do not disturb each other.
/// </summary>
public sealed class SlurmRig : IAsyncDisposable
{
    private const string Controller = "slurmctld", Accounting = "slurmdbd";

    private static readonly string[] Programs =
        ["munged", "munge", Controller, "slurmd", Accounting, "sbatch", "sinfo", "sacctmgr", "setsid", "setpriv", .. SlurmDatabase.Programs];

    private readonly SlurmRigOptions _options;
    private readonly PortBlock _ports;
    private readonly SlurmFolder _folder;
    private readonly SlurmDaemons _daemons;
    private readonly SlurmClients _clients;

    private SlurmRig(SlurmRigOptions options)
    {
        _options = options;
        _ports = PortBlock.Take(SlurmConfiguration.Ports);
        _folder = SlurmFolder.Create(options, _ports.Start);
        _daemons = new SlurmDaemons(_folder);
        _clients = new SlurmClients(_folder, _daemons.ThrowIfOneEnded);
    }

    /// <summary>Why there can be no such rig here; null when there can.</summary>
    public static string? Missing => !OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess
        ? "Slurm's daemons need Linux and root"
        : Programs.FirstOrDefault(program => RigFiles.Find(program) is null) is { } program
            ? $"{program} is not installed (apt-get install slurm-wlm slurmctld slurmd slurmdbd slurm-client munge mariadb-server)"
            : null;

    /// <summary>The names of the nodes.</summary>
    public static IReadOnlyList<string> Nodes => SlurmConfiguration.Nodes;

    /// <summary>The path of slurm.conf: clients want it in the variable <c>SLURM_CONF</c>.</summary>
    public string Configuration => _folder.Configuration;

    /// <summary>The rig's folder; the daemons' output is in <c>log</c>.</summary>
    public string Folder => _folder.Path;

    /// <summary>A folder in which every user may write; <see cref="RunAsync"/> runs commands there.</summary>
    public string WorkFolder => _folder.Work;

    /// <summary>Starts a cluster; all nodes are idle, and accounting answers, when this returns.</summary>
    /// <param name="options">What it is to be like.</param>
    public static async Task<SlurmRig> StartAsync(SlurmRigOptions? options = null)
    {
        await SlurmFolder.RemoveAbandonedAsync();
        var rig = new SlurmRig(options ?? new SlurmRigOptions());
        try
        {
            await rig.StartAllAsync();
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a program to its end, with <c>SLURM_CONF</c> set.</summary>
    /// <param name="argv">The program and its arguments.</param>
    public Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] argv) => _clients.RunAsync(argv);

    /// <summary>Runs a program to its end as <see cref="RigUser"/>, with <c>SLURM_CONF</c> set.</summary>
    /// <param name="argv">The program and its arguments.</param>
    public Task<(int ExitCode, string Output, string Errors)> RunAsUserAsync(params string[] argv) => _clients.RunAsync([.. RigUser.Prefix, .. argv]);

    /// <summary>Runs a program again and again until its result is as wanted; returns what it printed.</summary>
    /// <param name="what">What is waited for, for the error.</param>
    /// <param name="wanted">Tells whether it is so.</param>
    /// <param name="argv">The program and its arguments.</param>
    public Task<string> UntilAsync(string what, Predicate<(int ExitCode, string Output, string Errors)> wanted, params string[] argv) =>
        _clients.UntilAsync(what, wanted, argv);

    /// <summary>Makes slurmctld save its state now, which it does of itself some seconds after a change.</summary>
    public async Task SaveControllerAsync()
    {
        var jobs = _folder["state/job_state"];
        var before = File.GetLastWriteTimeUtc(jobs);
        await _clients.RequireAsync("scontrol", "reconfigure");
        await _clients.UntilAsync("slurmctld saved its state", _ => File.GetLastWriteTimeUtc(jobs) != before, "true");
    }

    /// <summary>Ends slurmctld with SIGKILL. It forgets what happened in the seconds since it last saved its state.</summary>
    public Task StopControllerAsync() => _daemons.KillAsync(Controller);

    /// <summary>Starts slurmctld; it answers, and all nodes that run are in service, when this returns.</summary>
    public async Task StartControllerAsync()
    {
        _daemons.Start(Controller, [Controller, "-D"]);
        await ClusterAnswersAsync();
    }

    /// <summary>Ends slurmdbd with SIGKILL.</summary>
    public Task StopAccountingAsync() => _daemons.KillAsync(Accounting);

    /// <summary>Starts slurmdbd; it answers when this returns.</summary>
    public async Task StartAccountingAsync()
    {
        _daemons.Start(Accounting, [Accounting, "-D"], ("MYSQL_UNIX_PORT", SlurmDatabase.SocketOf(_folder)));
        await _clients.UntilAsync("slurmdbd answers", static result => result.ExitCode == 0, "sacctmgr", "--noheader", "list", "cluster");
    }

    /// <summary>Makes a node fail as by a loss of power: its slurmd and its jobs are gone, and the controller knows.</summary>
    /// <param name="name">The node's name.</param>
    public async Task StopNodeAsync(string name)
    {
        await _daemons.KillAsync(name);
        await RigProcesses.EndAsync(_folder.Mark, NodeMark(name));
        // It would notice by itself in SlurmdTimeout, five minutes.
        await _clients.RequireAsync("scontrol", "update", $"nodename={name}", "state=down", "reason=lost power");
    }

    /// <summary>Starts a node that was stopped; it is in service when this returns.</summary>
    /// <param name="name">The node's name.</param>
    public async Task StartNodeAsync(string name)
    {
        StartNode(name);
        await ClusterAnswersAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _folder.RemoveAsync();
        _daemons.Dispose();
        _ports.Dispose();
    }

    private async Task StartAllAsync()
    {
        _daemons.Start("munged",
            ["munged", "--foreground", "--force", $"--key-file={_folder["munge.key"]}", $"--socket={_folder["run/munge.sock"]}",
                $"--pid-file={_folder["run/munged.pid"]}", $"--log-file={_folder["log/munge.log"]}", $"--seed-file={_folder["run/munge.seed"]}"]);
        if (_options.Accounting)
            await SlurmDatabase.StartAsync(_folder, _clients, _daemons);
        await RigUser.EnsureAsync();
        await _clients.UntilAsync("munged answers", static result => result.ExitCode == 0,
            "munge", "--no-input", $"--socket={_folder["run/munge.sock"]}");
        if (_options.Accounting)
        {
            await StartAccountingAsync();
            await _clients.RequireAsync("sacctmgr", "--immediate", "add", "cluster", "rig");
            await _clients.RequireAsync("sacctmgr", "--immediate", "add", "account", "rig");
            await _clients.RequireAsync("sacctmgr", "--immediate", "add", "user", $"root,{RigUser.Name}", "account=rig");
        }
        foreach (var node in Nodes)
            StartNode(node);
        await StartControllerAsync();
    }

    private void StartNode(string name) => _daemons.Start(name, ["slurmd", "-D", "-N", name], ("GPUOPS_RIG_NODE", name));

    private static string NodeMark(string name) => $"GPUOPS_RIG_NODE={name}";

    private async Task ClusterAnswersAsync() =>
        await _clients.UntilAsync("all nodes are in service", InService, "sinfo", "--noheader", "--Node", "--format=%N %T");

    private bool InService((int ExitCode, string Output, string Errors) result)
    {
        var ready = result.Output.Split('\n').Select(line => line.Split(' '))
            .Where(fields => fields is [_, "idle" or "mixed" or "allocated" or "completing"])
            .Select(fields => fields[0]).ToHashSet();
        return result.ExitCode == 0 && Nodes.Where(_daemons.Has).All(ready.Contains);
    }
}
