using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Cmdlets.Module;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;
using GpuOps.Pools.Rules;
using GpuOps.Pools.Sessions;

namespace GpuOps.Cmdlets.Pools;

/// <summary>A cmdlet that asks for GPUs.</summary>
public abstract class ReservingCmdlet : PoolCmdlet
{
    private const int ProgressId = 7001;

    /// <summary>Which GPUs, each wholly.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(GpuIdCompleter))]
    public int[]? Id { get; set; }

    /// <summary>How many whole GPUs; 1 when nothing else is said.</summary>
    /// <value>1</value>
    [Parameter]
    [ValidateRange(1, 100_000)]
    public int? Count { get; set; }

    /// <summary>A part of one GPU, as a fraction above 0 and at most 1; several parts live on one GPU.</summary>
    [Parameter]
    public decimal? Share { get; set; }

    /// <summary>A part of one GPU, as an amount of its memory: <c>20GB</c>.</summary>
    [Parameter]
    [ByteSize]
    [ArgumentCompleter(typeof(ByteSizeCompleter))]
    public long? Memory { get; set; }

    /// <summary>How long: <c>90s 30m 8h 2d</c>.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Duration { get; set; }

    /// <summary>Free text, shown to everybody.</summary>
    [Parameter]
    [ValidateLength(0, 4096)]
    public string Note { get; set; } = "";

    /// <summary>Whom the GPUs are for; left out, yourself.</summary>
    /// <value>Yourself</value>
    [Parameter]
    [ValidatePattern(@"\A\P{Cc}+\z")]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string User { get; set; } = Environment.UserName;

    /// <summary>How long to wait in line; left out, as long as it takes.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Fails at once when the GPUs are not free.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>Takes GPUs that your own processes already use without a reservation.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>What to do when the reservation is lost because its heartbeats did not arrive in time.</summary>
    [Parameter]
    public OnLost OnLost { get; set; } = OnLost.Warn;

    /// <summary>What is wanted, in words for -WhatIf.</summary>
    private protected GpuDemand Demand()
    {
        string[] given = [.. new (string Name, bool Given)[] { ("-Count", Count is not null), ("-Id", Id is not null), ("-Share", Share is not null), ("-Memory", Memory is not null) }
            .Where(it => it.Given).Select(it => it.Name)];
        if (given.Length > 1)
        {
            throw new GpuOpsException("AmbiguousDemand", GpuOpsErrorKind.InvalidArgument,
                $"{string.Join(" and ", given)} cannot be used together: ask for a number of GPUs, for certain ones, or for a part of one.");
        }

        if (NoWait && Timeout is not null)
        {
            throw new GpuOpsException("AmbiguousDemand", GpuOpsErrorKind.InvalidArgument, "-NoWait and -Timeout cannot be used together.");
        }

        var demand = given.Length == 0 ? new GpuDemand(Count: 1) : new GpuDemand(Count, Id, Share, Memory);
        RequestRules.Check(demand);
        return demand;
    }

    /// <summary>The request the parameters describe.</summary>
    private protected ReservationRequest NewRequest(PoolSession pool, string host, GpuDemand demand, ReservationKind kind) => new()
    {
        Id = ReservationIds.Next(),
        Host = host,
        Demand = demand,
        User = User,
        ActualUser = Environment.UserName,
        Kind = kind,
        Duration = kind == ReservationKind.Timed ? Duration : null,
        Lease = pool.Settings.HeartbeatExpiry,
        Note = Note,
        Force = Force,
        Wait = !NoWait,
        Holder = LocalProcesses.Current,
    };

    /// <summary>Gets the GPUs, showing the place in line while it waits.</summary>
    private protected GpuReservation Acquire(PoolSession pool, ReservationRequest request)
    {
        var granted = Run(async (post, token) =>
        {
            var line = new LineReport(post, request.Demand, request.Host);
            var reservation = await pool.AcquireAsync(request, Timeout, line, token);
            line.Done();
            if (token.IsCancellationRequested)
            {
                // Nobody is left to hand it to.
                await pool.Pool.ReleaseAsync(request.Host, reservation.Id, CancellationToken.None);
                token.ThrowIfCancellationRequested();
            }

            return reservation;
        });
        if (Stopping || Stopped.IsCancellationRequested)
        {
            // The stop came after the work had looked for it; the engine would not take the reservation any more.
            EngineState.Current.Finish(Task.Run(() => pool.Pool.ReleaseAsync(request.Host, granted.Id, CancellationToken.None)), Owner);
            throw new PipelineStoppedException();
        }

        return granted;
    }

    /// <summary>Keeps a reservation alive as long as this session lives.</summary>
    private protected static void Keep(PoolSession pool, GpuReservation reservation, Action<GpuReservation> lost) =>
        EngineState.Current.Keep(new HeldReservation(Owner, pool.Pool, reservation, pool.Settings.HeartbeatInterval, lost));

    private sealed class LineReport(Action<Action<Cmdlet>> post, GpuDemand demand, string host) : IProgress<QueueProgress>
    {
        private bool _shown;

        public void Report(QueueProgress value)
        {
            _shown = true;
            var status = value.Trouble ?? $"place {value.Position} of {value.Waiting} in line, waiting for {value.Waited:hh\\:mm\\:ss}";
            post(cmdlet => cmdlet.WriteProgress(new ProgressRecord(ProgressId, $"Waiting for {demand} on {host}", status)));
        }

        public void Done()
        {
            if (_shown)
            {
                post(cmdlet => cmdlet.WriteProgress(new ProgressRecord(ProgressId, $"Waiting for {demand} on {host}", "granted") { RecordType = ProgressRecordType.Completed }));
            }
        }
    }
}
