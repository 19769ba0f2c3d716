using System.Diagnostics;
using GpuOps.Bench.Measuring;
using GpuOps.Bench.Rows;
using GpuOps.Bench.Stores;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue;
using GpuOps.Schedulers.Queue.Client;
using GpuOps.Schedulers.Queue.Running;
using GpuOps.Schedulers.Queue.Store;

namespace GpuOps.Bench.Clusters;

/// <summary>The real queue service in a folder of its own, on a pool of GPUs that no driver sees.</summary>
internal sealed class QueueSite : IAsyncDisposable
{
    public const int Gpus = 8;

    private readonly string _folder = Directory.CreateTempSubdirectory("gpuops-bench-").FullName;
    private readonly SqliteStore _store = new();
    private Process? _service;

    private QueueSite()
    {
        Location = QueueLocation.In(Path.Combine(_folder, "queue"));
        Scheduler = new QueueScheduler(Location, Backend);
    }

    public QueueLocation Location { get; }

    public QueueScheduler Scheduler { get; }

    /// <summary>What <c>-Backend</c> takes.</summary>
    public string Backend => $"queue:{Location.Folder}";

    /// <summary>Where the jobs run.</summary>
    public string WorkFolder => _folder;

    public IGpuPool Pool => _store.Pool;

    /// <summary>Starts a service.</summary>
    /// <param name="prepare">Fills its store before.</param>
    public static async Task<QueueSite> StartAsync(Func<QueueSite, QueueStore, Task>? prepare = null)
    {
        var site = new QueueSite();
        await site._store.FillAsync(Gpus, Environment.MachineName);
        if (prepare is not null)
        {
            await using var store = QueueStore.Open(new QueueStoreOptions(site.Location.Folder));
            await prepare(site, store);
        }

        await site.ServeAsync();
        return site;
    }

    /// <summary>A job that runs a program on one GPU.</summary>
    public GpuJobRequest Job(params string[] arguments) => new() { Arguments = arguments, WorkFolder = WorkFolder, Demand = new GpuDemand(Count: 1) };

    /// <summary>Waits until jobs are over; they have to have gone well.</summary>
    public async Task WaitAsync(IReadOnlyList<string> ids)
    {
        await foreach (var end in Scheduler.WaitJobsAsync(ids, null, CancellationToken.None))
        {
            if (end.Job is not { State: GpuJobState.Completed })
                throw new InvalidOperationException($"Job {end.Id} is {end.Job?.State}: {end.Job?.Reason}");
        }
    }

    /// <summary>Takes every GPU.</summary>
    public Task<GpuReservation> HoldAllAsync() => new ReservationClient(Pool, (_, _) => Task.FromResult<GpuObservation?>(null), new ReservationClientOptions()).AcquireAsync(
        Reserve.Request(ReservationIds.Next(), Gpus, LocalProcesses.Current, Environment.MachineName), null, null, CancellationToken.None);

    /// <summary>The processes of the service and of the supervisor.</summary>
    public async Task<(int Service, int Supervisor)> FindProcessesAsync()
    {
        await using var supervisor = await JobSupervisorClient.FindAsync(Location.Folder, CancellationToken.None);
        return (_service!.Id, supervisor!.Process!.ProcessId);
    }

    public async ValueTask DisposeAsync()
    {
        await Scheduler.StopServerAsync(endJobs: true, CancellationToken.None);
        await _service!.WaitForExitAsync();
        _service.Dispose();
        await Scheduler.DisposeAsync();
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ServeAsync()
    {
        var info = new ProcessStartInfo(Artifacts.Server, ["serve", "--folder", Location.Folder, "--pool", _store.Backend]) { WorkingDirectory = _folder };
        info.Environment["GPUOPS_CONFIG_HOME"] = info.Environment["GPUOPS_STATE_HOME"] = _folder;
        _service = Process.Start(info)!;
        while (await Scheduler.FindServerAsync(CancellationToken.None) is null)
        {
            if (_service.HasExited)
                throw new InvalidOperationException($"The service ended with {_service.ExitCode}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }
}
