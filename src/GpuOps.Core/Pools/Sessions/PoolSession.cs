using GpuOps.Configuration;
using GpuOps.Errors;
using GpuOps.Pools.Reservations;
using GpuOps.Pools.Status;
using GpuOps.Pools.Usage;
using GpuOps.Probes;

namespace GpuOps.Pools.Sessions;

/// <summary>A pool as this host's commands use it: with its backend's name, the settings, and the probe of this host.</summary>
/// <param name="pool">The store.</param>
/// <param name="backend">The backend's name.</param>
/// <param name="settings">The settings.</param>
/// <param name="probes">The probes of this host.</param>
/// <param name="localHost">This host's name.</param>
/// <param name="time">The clock.</param>
public sealed class PoolSession(
    IGpuPool pool, string backend, GpuOpsSettings settings, ProbeCatalog probes, string localHost, TimeProvider time)
{
    /// <summary>How long the list of this host's GPUs is taken for granted between two looks at their use.</summary>
    private static readonly TimeSpan LayoutLife = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private (long Read, IReadOnlyList<PoolGpu> Gpus)? _layout;

    /// <summary>The store.</summary>
    public IGpuPool Pool => pool;

    /// <summary>The backend's name.</summary>
    public string Backend => backend;

    /// <summary>The settings.</summary>
    public GpuOpsSettings Settings => settings;

    /// <summary>This host's name.</summary>
    public string LocalHost => localHost;

    /// <summary>The name of a host as the pool spells it; nothing, <c>.</c> and <c>localhost</c> are this host.</summary>
    /// <param name="computerName">What the user wrote.</param>
    public string HostOf(string? computerName) =>
        computerName is null or "" or "." || string.Equals(computerName, "localhost", StringComparison.OrdinalIgnoreCase)
            || string.Equals(computerName, localHost, StringComparison.OrdinalIgnoreCase) ? localHost : computerName;

    /// <summary>Reads the pool, with the backend's name on what comes back.</summary>
    /// <param name="host">One host, or null for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<PoolSnapshot> ReadAsync(string? host, CancellationToken cancellationToken)
    {
        var snapshot = await pool.ReadAsync(host, cancellationToken);
        return snapshot with
        {
            Reservations = [.. snapshot.Reservations.Select(it => it with { Backend = backend })],
            Queue = [.. snapshot.Queue.Select(it => it with { Backend = backend })],
        };
    }

    /// <summary>Every GPU with what the pool knows and the probe sees: one query to the store, one to the probe.</summary>
    /// <param name="host">One host, or null for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<GpuStatus>> ReadStatusAsync(string? host, CancellationToken cancellationToken) =>
        await ReadStatusAsync(await ReadAsync(host, cancellationToken), cancellationToken);

    /// <summary>Every GPU of a snapshot, with what the probe sees now.</summary>
    /// <param name="snapshot">What the pool knows.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<GpuStatus>> ReadStatusAsync(PoolSnapshot snapshot, CancellationToken cancellationToken)
    {
        PoolGpu[] own = [.. snapshot.Gpus.Where(gpu => gpu.Host == localHost)];
        var telemetry = await LookAsync(own, cancellationToken);
        return StatusView.Merge(snapshot, telemetry, settings.MemoryThreshold, backend);
    }

    /// <summary>Decides on this host's GPUs and puts them into the pool.</summary>
    /// <param name="count">How many; null takes what the probe sees.</param>
    /// <param name="provider">Who makes them; null finds out.</param>
    /// <param name="force">Ends reservations on GPUs that go away.</param>
    /// <param name="dryRun">Only says what would change.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<PoolInitialization> InitializeAsync(
        int? count, GpuProvider? provider, bool force, bool dryRun, CancellationToken cancellationToken)
    {
        var layout = await PlanAsync(count, provider, cancellationToken);
        var initialized = await pool.InitializeAsync(layout, force, dryRun, cancellationToken);
        lock (_gate)
        {
            _layout = null;
        }

        return initialized;
    }

    /// <summary>Gets GPUs or says why not.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="timeout">How long to wait in line; null waits for ever.</param>
    /// <param name="progress">Told where the request stands.</param>
    /// <param name="cancellationToken">Leaves the line.</param>
    public async Task<GpuReservation> AcquireAsync(
        ReservationRequest request, TimeSpan? timeout, IProgress<QueueProgress>? progress, CancellationToken cancellationToken)
    {
        var client = new ReservationClient(pool, ObserveAsync, new ReservationClientOptions { PollInterval = settings.QueuePollInterval, Time = time });
        var reservation = await client.AcquireAsync(request, timeout, progress, cancellationToken);
        return reservation with { Backend = backend };
    }

    /// <summary>Sums up usage.</summary>
    /// <param name="since">From when on.</param>
    /// <param name="user">Whose usage counts; null for everybody's.</param>
    /// <param name="grouping">What to sum by.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<GpuUsage>> ReadUsageAsync(
        DateTimeOffset since, Func<string, bool>? user, UsageGrouping grouping, CancellationToken cancellationToken)
    {
        var records = await pool.ReadUsageAsync(since, cancellationToken);
        return UsageReport.Summarize(
            records.Where(record => user is null || user(record.User)), since, time.GetUtcNow(), grouping, time.LocalTimeZone);
    }

    private async Task<PoolLayout> PlanAsync(int? count, GpuProvider? provider, CancellationToken cancellationToken)
    {
        var known = (await pool.ReadAsync(localHost, cancellationToken)).Gpus;
        var probe = provider is { } named ? probes.Open(named)
            : settings.ProbeFake is not null ? probes.Open(GpuProvider.Fake)
            : await probes.DetectAsync(cancellationToken);
        var seen = probe is null ? [] : await probe.ReadAsync(cancellationToken);
        if (probe?.Provider == GpuProvider.Fake && settings.ProbeFake is null && count is { } wanted && wanted > seen.Count)
        {
            // Nothing describes the made-up GPUs, so there are as many as one likes.
            return LayoutPlan.FromCount(localHost, GpuProvider.Fake, wanted);
        }

        return seen.Count > 0
            ? LayoutPlan.FromProbe(localHost, probe!.Provider, LayoutPlan.First(seen, count, localHost), known)
            : count is { } number ? LayoutPlan.FromCount(localHost, provider ?? GpuProvider.None, number)
            : throw new GpuOpsException("NoGpuFound", GpuOpsErrorKind.NotFound,
                $"No driver on '{localHost}' shows a GPU. Say how many there are with -Count; they are then shared without telemetry.", localHost);
    }

    private async Task<GpuObservation?> ObserveAsync(string host, CancellationToken cancellationToken)
    {
        if (host != localHost)
        {
            return null;
        }

        var gpus = await LayoutAsync(cancellationToken);
        return await LookAsync(gpus, cancellationToken) is { } telemetry
            ? GpuObserver.Observe(gpus, telemetry.Gpus, settings.MemoryThreshold, new HashSet<int>())
            : null;
    }

    private async Task<IReadOnlyList<PoolGpu>> LayoutAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_layout is { } known && time.GetElapsedTime(known.Read) < LayoutLife)
            {
                return known.Gpus;
            }
        }

        var gpus = (await pool.ReadAsync(localHost, cancellationToken)).Gpus;
        lock (_gate)
        {
            // An empty pool is about to be filled, perhaps by somebody else.
            _layout = gpus.Count > 0 ? (time.GetTimestamp(), gpus) : null;
        }

        return gpus;
    }

    /// <summary>Asks this host's driver; null where the pool's GPUs have none to ask.</summary>
    private async Task<HostTelemetry?> LookAsync(IReadOnlyList<PoolGpu> gpus, CancellationToken cancellationToken)
    {
        if (gpus.Count == 0 || gpus[0].Provider == GpuProvider.None)
        {
            return null;
        }

        try
        {
            var probe = probes.Open(gpus[0].Provider);
            return probe is null
                ? gpus.Any(gpu => gpu.Uuid.Length > 0) ? new HostTelemetry(localHost, [], "The driver is not installed any more.") : null
                : new HostTelemetry(localHost, await probe.ReadAsync(cancellationToken));
        }
        catch (GpuOpsException fault)
        {
            // What cannot be seen is not handed out, and is shown as unknown.
            return new HostTelemetry(localHost, [], fault.Message);
        }
    }
}
