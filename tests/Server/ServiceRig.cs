using System.Diagnostics;
using System.Net.Sockets;
using GpuOps.Configuration;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;
using GpuOps.Pools.Sessions;
using GpuOps.Pools.Sqlite;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue;
using GpuOps.Schedulers.Queue.Client;
using GpuOps.Schedulers.Queue.Running;

namespace GpuOps.ServerTests;

/// <summary>A real service with a state folder and a pool of its own; with it goes everything it has started.</summary>
public sealed class ServiceRig : IAsyncDisposable
{
    private const int Kill = 9, Terminate = 15, Gpus = 8;

    private readonly Dictionary<string, string> _variables = new()
    {
        ["GPUOPS_CONFIG_HOME"] = "/nonexistent",
        ["GPUOPS_HEARTBEAT_INTERVAL"] = "200ms",
    };

    private Process? _service;

    private ServiceRig(string? state)
    {
        State = state ?? Path.Combine(Folder, "state");
        _variables["F"] = Folder;
        Location = new QueueLocation(State);
        Client = new QueueScheduler(Location, "queue:");
        Pool = new SqliteGpuPool(new SqlitePoolOptions(PoolFile));
        Http = NewClient();
    }

    /// <summary>Everything but the state is below it, and it is <c>$F</c> in the jobs.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("gpuops-service-").FullName;

    /// <summary>The state folder.</summary>
    public string State { get; }

    public QueueLocation Location { get; }

    /// <summary>One who knows how to talk to it.</summary>
    public QueueScheduler Client { get; }

    /// <summary>One who says what he likes.</summary>
    public HttpClient Http { get; }

    public SqliteGpuPool Pool { get; }

    public int ProcessId => _service!.Id;

    public string Log => File.ReadAllText(Path.Combine(Folder, "service.log"));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string PoolFile => Path.Combine(Folder, "pool.db");

    /// <summary>Starts one.</summary>
    /// <param name="state">The state folder; null for one of its own.</param>
    /// <param name="variables">More variables for it.</param>
    public static async Task<ServiceRig> StartAsync(string? state = null, params (string Name, string Value)[] variables)
    {
        var rig = new ServiceRig(state);
        foreach (var (name, value) in variables)
        {
            rig._variables[name] = value;
        }

        try
        {
            var host = ConfigurationEnvironment.FromProcess(null).HostName;
            await rig.Pool.InitializeAsync(LayoutPlan.FromCount(host, GpuProvider.Fake, Gpus), force: false, dryRun: false, Stop);
            rig.Launch();
            await rig.AnswersAsync();
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the program; whether it comes up is another question.</summary>
    public void Launch()
    {
        _service?.Dispose();
        const string script = "exec \"$0\" serve --folder \"$1\" --pool \"$2\" --cpu 100 >>\"$F/service.log\" 2>&1 </dev/null";
        var start = new ProcessStartInfo("/bin/sh", ["-c", script, SupervisorRig.Program, State, $"sqlite:{PoolFile}"]);
        foreach (var (name, value) in _variables)
        {
            start.Environment[name] = value;
        }

        _service = Process.Start(start)!;
    }

    /// <summary>Waits until it answers.</summary>
    public async Task AnswersAsync()
    {
        for (var clock = Stopwatch.StartNew(); await Client.FindServerAsync(Stop) is null;)
        {
            Assert.False(_service!.HasExited, "The service ended.");
            Assert.True(clock.Elapsed < Wait.Patience, "The service does not answer.");
            await Task.Delay(5, Stop);
        }
    }

    /// <summary>kill -9 for the service, and for nothing else.</summary>
    public void KillService()
    {
        Assert.Equal(0, LocalProcesses.Signal(ProcessId, Kill));
        _service!.WaitForExit();
    }

    /// <summary>Ends the service as a system does; jobs go on.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndServiceAsync()
    {
        Assert.Equal(0, LocalProcesses.Signal(ProcessId, Terminate));
        return await ExitAsync();
    }

    /// <summary>Waits for the service to end by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync()
    {
        await _service!.WaitForExitAsync(Stop).WaitAsync(Wait.Patience, Stop);
        return _service.ExitCode;
    }

    /// <summary>A request for a script of sh(1).</summary>
    public GpuJobRequest Script(string script, int gpus = 0) => new()
    {
        RequestId = Guid.NewGuid().ToString("N"),
        Arguments = ["sh", "-c", script],
        WorkFolder = Folder,
        Variables = new Dictionary<string, string> { ["F"] = Folder },
        Demand = gpus == 0 ? null : new GpuDemand(Count: gpus),
        Grace = TimeSpan.FromSeconds(2),
    };

    public Task<GpuJob> SubmitAsync(string script, int gpus = 0) => Client.SubmitJobAsync(Script(script, gpus), Stop);

    public async Task<GpuJob> FindAsync(string id) => (await Client.ReadJobsAsync(new GpuJobQuery { Ids = [id] }, Stop)).Single();

    /// <summary>Waits for jobs to be over.</summary>
    public async Task<IReadOnlyList<GpuJob>> EndsAsync(params string[] ids)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Wait.Patience);
        List<GpuJob> ended = [];
        await foreach (var end in Client.WaitJobsAsync(ids, null, patience.Token))
        {
            ended.Add(end.Job!);
        }

        return ended;
    }

    public async Task<GpuJob> EndAsync(GpuJob job) => (await EndsAsync(job.Id)).Single();

    /// <summary>Waits for a file of the jobs to be as wanted.</summary>
    public Task<string> ReadAsync(string file, Func<string, bool> condition) =>
        Wait.UntilAsync(() => File.Exists(Path.Combine(Folder, file)) ? File.ReadAllText(Path.Combine(Folder, file)) : "", condition, $"{file} is written");

    public void Write(string file, string text = "") => File.WriteAllText(Path.Combine(Folder, file), text);

    public HttpClient NewClient() => new(new SocketsHttpHandler { ConnectCallback = async (_, stop) => new NetworkStream(await ConnectAsync(stop), ownsSocket: true) })
    {
        BaseAddress = new Uri("http://service"),
    };

    /// <summary>Connects to the socket.</summary>
    public async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Location.Socket), cancellationToken);
        return socket;
    }

    /// <summary>The supervisor's process; null when there is none.</summary>
    public async Task<ProcessIdentity?> SupervisorAsync()
    {
        await using var client = await JobSupervisorClient.FindAsync(State, Stop);
        return client?.Process;
    }

    /// <summary>All that runs for the jobs: neither the service nor its supervisor.</summary>
    public async Task<IReadOnlyList<int>> JobProcessesAsync()
    {
        var supervisor = await SupervisorAsync();
        return [.. new MarkedProcesses(Folder).Alive().Where(process => process != ProcessId && process != supervisor?.ProcessId)];
    }

    /// <summary>The program's memory in KiB, as a line of /proc/PID/status has it.</summary>
    public long Memory(string line = "VmRSS") => File.ReadLines($"/proc/{ProcessId}/status")
        .Where(text => text.StartsWith(line, StringComparison.Ordinal))
        .Select(static text => long.Parse(text.Split(' ', '\t', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture)).Single();

    /// <summary>Has <c>VmHWM</c> begin anew.</summary>
    /// <returns>The memory now, in KiB.</returns>
    public long ForgetPeak()
    {
        File.WriteAllText($"/proc/{ProcessId}/clear_refs", "5");
        return Memory();
    }

    /// <summary>How many descriptors it has open.</summary>
    public int Descriptors() => Directory.GetFileSystemEntries($"/proc/{ProcessId}/fd").Length;

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Client.DisposeAsync();
        await Pool.DisposeAsync();
        new MarkedProcesses(Folder).KillAll();
        _service?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
