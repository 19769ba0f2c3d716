using GpuOps.Channels;
using GpuOps.Cmdlets.Module;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;
using GpuOps.Pools.Sessions;

namespace GpuOps.Cmdlets.Running;

/// <summary>
/// A reservation that programs run under: kept alive while they run, and given back only when they have ended, whether
/// the command ends, is stopped, or its session closes.
/// </summary>
internal sealed class RunningReservation
{
    private readonly PoolSession _pool;
    private readonly Lock _gate = new();
    private Task? _closing;

    private RunningReservation(PoolSession pool, GpuReservation reservation, Guid owner)
    {
        _pool = pool;
        Reservation = reservation;
        Owner = owner;
    }

    public GpuReservation Reservation { get; }

    /// <summary>The runspace it belongs to.</summary>
    public Guid Owner { get; }

    /// <summary>Why the GPUs are still held although the command has ended; null when they are free.</summary>
    public string? Remains { get; private set; }

    /// <summary>Keeps the reservation alive from now on.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="reservation">The reservation.</param>
    /// <param name="owner">The runspace it belongs to.</param>
    /// <param name="lost">Told when the pool no longer holds it.</param>
    public static RunningReservation Begin(PoolSession pool, GpuReservation reservation, Guid owner, Action<GpuReservation> lost)
    {
        var running = new RunningReservation(pool, reservation, owner);
        EngineState.Current.Begin(running);
        EngineState.Current.Keep(new HeldReservation(owner, pool.Pool, reservation, pool.Settings.HeartbeatInterval, lost));
        return running;
    }

    /// <summary>What a holder is told when its reservation is lost.</summary>
    public static string Describe(GpuReservation lost) =>
        $"The reservation {lost} is lost: its heartbeats did not arrive in time, or it was removed. Somebody else may have its GPUs now.";

    /// <summary>Ends everything that runs under it: SIGINT, the grace period, SIGKILL.</summary>
    public Task<IReadOnlyCollection<int>> EndProgramsAsync() =>
        ReservedProcesses.EndAsync(Reservation.Id, _pool.Settings.CommandGrace, TimeProvider.System, CancellationToken.None);

    /// <summary>
    /// Gives the GPUs back, once, however often it is called. Never fails: a store that is away ends the reservation by
    /// itself when the heartbeats stop. A program that not even SIGKILL ends keeps its GPUs.
    /// </summary>
    /// <param name="endPrograms">Ends what runs under it first.</param>
    public Task CloseAsync(bool endPrograms)
    {
        lock (_gate)
        {
            return _closing ??= Task.Run(() => ReleaseAsync(endPrograms));
        }
    }

    private async Task ReleaseAsync(bool endPrograms)
    {
        var left = endPrograms ? await EndProgramsAsync() : [];
        EngineState.Current.End(this);
        if (left.Count > 0)
        {
            Remains = $"The processes {string.Join(", ", left)} cannot be ended, and so the reservation {Reservation} stays as long as this session.";
            return;
        }

        var held = EngineState.Current.Host.Heartbeats.Remove(Reservation.Id);
        try
        {
            if (!await _pool.Pool.ReleaseAsync(Reservation.ComputerName, Reservation.Id, CancellationToken.None))
            {
                // Lost since the last heartbeat.
                held?.Lost(Reservation);
            }
        }
        catch (GpuOpsException fault)
        {
            Remains = $"The reservation {Reservation} could not be released; it ends by itself {Reservation.Lease} after its last heartbeat. {fault.Message}";
        }
    }
}
