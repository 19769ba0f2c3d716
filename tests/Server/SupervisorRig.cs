using System.Globalization;
using System.Reflection;
using GpuOps.Pools.Reservations;
using GpuOps.Schedulers.Queue.Running;

namespace GpuOps.ServerTests;

/// <summary>A real supervisor with a state folder of its own; with it goes everything it has started.</summary>
public sealed class SupervisorRig : IAsyncDisposable
{
    private const int Kill = 9;

    private readonly List<JobSupervisorClient> _clients = [];
    private JobSupervisorClient? _client;

    static SupervisorRig()
    {
        // Of all supervisors that are started from here.
        Environment.SetEnvironmentVariable("GPUOPS_CONFIG_HOME", "/nonexistent");
        Environment.SetEnvironmentVariable("GPUOPS_HEARTBEAT_INTERVAL", "200ms");
    }

    public static string Program => Path.Combine(
        typeof(SupervisorRig).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static it => it.Key == "OutFolder").Value!,
        "GpuOps", "server", "gpuops-server");

    /// <summary>Everything is below it.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("gpuops-supervisor-").FullName;

    public string State => Path.Combine(Folder, "state");

    public string PoolFile => Path.Combine(Folder, "pool", "pool.db");

    public SupervisorOptions Options => new(State) { Patience = Patience };

    /// <summary>How long it lives with nobody connected; null for as long as by itself.</summary>
    public TimeSpan? Patience { get; init; }

    public JobSupervisorClient Client => _client ?? throw new InvalidOperationException("Not connected.");

    public static async Task<SupervisorRig> StartAsync()
    {
        var rig = new SupervisorRig();
        await rig.ConnectAsync();
        return rig;
    }

    /// <summary>Connects anew, and starts a supervisor where there is none.</summary>
    public async Task<JobSupervisorClient> ConnectAsync()
    {
        _client = await new SupervisorStarter(Program, Options).ConnectAsync(TestContext.Current.CancellationToken);
        _clients.Add(_client);
        return _client;
    }

    /// <summary>An order for a script of sh(1).</summary>
    public RunOrder Script(string script, string id = "1.1") => Order(id, "sh", "-c", script, "sh", Folder);

    public RunOrder Order(string id, params string[] arguments) => new()
    {
        Id = id,
        Arguments = arguments,
        Variables = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")!, ["F"] = Folder },
        WorkFolder = Folder,
        OutputPath = Path.Combine(State, "jobs", RunId.Parse(id).Job.ToString(CultureInfo.InvariantCulture), "stdout.log"),
        ErrorPath = Path.Combine(State, "jobs", RunId.Parse(id).Job.ToString(CultureInfo.InvariantCulture), "stderr.log"),
        Grace = TimeSpan.FromSeconds(2),
    };

    public Task<SupervisedRun> StartAsync(RunOrder order) => Client.StartAsync(order, TestContext.Current.CancellationToken);

    public Task StopAsync(string id = "1.1") => Client.StopAsync(id, TestContext.Current.CancellationToken);

    /// <summary>Starts a program and waits for its end.</summary>
    public async Task<SupervisedRun> RunAsync(RunOrder order)
    {
        await StartAsync(order);
        return await EndAsync(order.Id);
    }

    public Task<SupervisedRun> EndAsync(string id = "1.1") => UntilAsync(id, static run => run.Ended is not null);

    /// <summary>Waits for a start to be as described.</summary>
    public async Task<SupervisedRun> UntilAsync(string id, Func<SupervisedRun, bool> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Wait.Patience);
        SupervisedRun? last = null;
        try
        {
            await foreach (var run in Client.WatchAsync(patience.Token))
            {
                if (run.Id == id && condition(last = run))
                {
                    return run;
                }
            }
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            // Told below.
        }

        throw new TimeoutException($"The start {id} never came to be as wanted: {last} {File.ReadAllText(Path.Combine(State, "supervisor.log"))}");
    }

    /// <summary>Waits for numbers that jobs write to a file, each on a line, the last line being 'all'.</summary>
    public async Task<int[]> NumbersAsync(string file)
    {
        var path = Path.Combine(Folder, file);
        var lines = await Wait.UntilAsync(() => File.Exists(path) ? File.ReadAllLines(path) : [], static lines => lines is [.., "all"], $"{file} is written");
        return [.. lines[..^1].Select(static line => int.Parse(line, CultureInfo.InvariantCulture))];
    }

    public string Read(string file) => File.ReadAllText(Path.Combine(Folder, file));

    public static string Output(RunOrder order) => File.ReadAllText(order.OutputPath);

    public static bool IsAlive(int process) => LocalProcesses.Identify(process) is not null;

    /// <summary>All that was started with the variables of the orders made here.</summary>
    public IReadOnlyCollection<int> Alive() => new MarkedProcesses(Folder).Alive();

    /// <summary>kill -9 for the supervisor.</summary>
    public void KillSupervisor()
    {
        var process = Client.Process!;
        Assert.Equal(0, LocalProcesses.Signal(process.ProcessId, Kill));
        Wait.Until(() => LocalProcesses.IsGone(process), "the supervisor is gone");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _clients.Select(static client => client.Process!).Distinct().Where(static process => !LocalProcesses.IsGone(process)))
        {
            _ = LocalProcesses.Signal(process.ProcessId, Kill);
            Wait.Until(() => LocalProcesses.IsGone(process), "the supervisor is gone");
        }

        new MarkedProcesses(Folder).KillAll();
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }
}
