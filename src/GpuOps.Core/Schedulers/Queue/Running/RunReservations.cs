using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;
using GpuOps.Pools.Sessions;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>
/// Keeps the GPUs of running jobs, and gives them back, each in the pool it is from: a service that is started again may have
/// another one, while jobs of the one before still run. A pool is opened when the first job has GPUs of it.
/// </summary>
/// <param name="open">Opens a pool, by its backend. Does not connect.</param>
/// <param name="log">Told of a store that is away.</param>
/// <param name="time">The clock.</param>
internal sealed class RunReservations(Func<string, PoolSession> open, Action<string> log, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200), LongestPause = TimeSpan.FromSeconds(10);

    private readonly Guid _owner = Guid.NewGuid();
    private readonly HeartbeatLoop _heartbeats = new(time);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PoolSession> _sessions = [];

    /// <summary>Keeps a reservation alive from now on.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="lost">Told when the pool no longer holds it.</param>
    /// <exception cref="GpuOpsException">The configuration does not say where the pool is.</exception>
    public void Keep(GpuReservation reservation, Action lost)
    {
        var session = Session(reservation);
        _heartbeats.Add(new HeldReservation(_owner, session.Pool, reservation, session.Settings.HeartbeatInterval, _ => lost()));
    }

    /// <summary>
    /// Gives a reservation back. While the store is away it is asked again, until the reservation has ended by itself.
    /// Never fails.
    /// </summary>
    /// <param name="reservation">The reservation.</param>
    /// <returns>False when the pool held it no longer.</returns>
    public async Task<bool> ReleaseAsync(GpuReservation reservation)
    {
        _heartbeats.Remove(reservation.Id);
        var start = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await Session(reservation).Pool.ReleaseAsync(reservation.ComputerName, reservation.Id, _end.Token);
            }
            catch (Exception fault) when (!_end.IsCancellationRequested)
            {
                if (pause == FirstPause)
                {
                    log($"The reservation {reservation} cannot be given back yet: {fault.Message}");
                }

                // Twice, because its last heartbeat may have been written when this process took it for failed.
                if (time.GetElapsedTime(start) > reservation.Lease * 2)
                {
                    return false;
                }

                await Task.Delay(pause, time, _end.Token);
            }
        }
    }

    public void Dispose() => _end.Cancel();

    private PoolSession Session(GpuReservation reservation)
    {
        lock (_gate)
        {
            if (_sessions.TryGetValue(reservation.Backend, out var known))
            {
                return known;
            }

            var session = open(reservation.Backend);
            if (_sessions.Count == 0)
            {
                _ = _heartbeats.RunAsync(_end.Token);
            }

            return _sessions[reservation.Backend] = session;
        }
    }
}
