using System.Collections.Concurrent;

namespace GpuOps.Pools.Reservations;

/// <summary>Keeps reservations alive: one batched write to each pool a beat, however many reservations there are.</summary>
/// <param name="time">The clock.</param>
public sealed class HeartbeatLoop(TimeProvider time)
{
    private static readonly TimeSpan Idle = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, HeldReservation> _held = [];
    private readonly Dictionary<IGpuPool, Task> _beating = [];
    private TaskCompletionSource _changed = News();

    /// <summary>What is kept alive now.</summary>
    public IReadOnlyCollection<HeldReservation> Held => [.. _held.Values];

    /// <summary>Begins to keep a reservation alive.</summary>
    /// <param name="held">The reservation.</param>
    public void Add(HeldReservation held)
    {
        _held[held.Reservation.Id] = held;
        Interlocked.Exchange(ref _changed, News()).SetResult();
    }

    /// <summary>Stops keeping a reservation alive, without releasing it; null when it was not kept.</summary>
    /// <param name="id">The reservation's id.</param>
    public HeldReservation? Remove(string id) => _held.TryRemove(id, out var held) ? held : null;

    /// <summary>Releases all that a session holds. What cannot be released ends with its lease.</summary>
    /// <param name="owner">The session.</param>
    /// <param name="cancellationToken">Ends the wait for the stores.</param>
    public async Task ReleaseAllAsync(Guid owner, CancellationToken cancellationToken)
    {
        // All of them first: none may get a heartbeat any more, however long the stores take.
        HeldReservation[] own = [.. _held.Values.Where(held => held.Owner == owner && Remove(held.Reservation.Id) is not null)];
        foreach (var held in own)
        {
            try
            {
                await held.Pool.ReleaseAsync(held.Reservation.ComputerName, held.Reservation.Id, cancellationToken);
            }
            catch (Exception)
            {
                // Whatever keeps one from being released must not keep the others; without heartbeats it ends by itself.
            }
        }
    }

    /// <summary>Beats until cancelled. A store that is away is asked again at the next beat.</summary>
    /// <param name="cancellationToken">Ends the loop.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var last = time.GetTimestamp();
        try
        {
            while (true)
            {
                var changed = Volatile.Read(ref _changed).Task;
                var rest = Interval() - time.GetElapsedTime(last);
                if (rest > TimeSpan.Zero && await HappensWithinAsync(changed, rest, cancellationToken))
                {
                    // Another reservation may want shorter intervals.
                    continue;
                }

                last = time.GetTimestamp();
                BeginBeat(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The session ends.
        }
    }

    /// <summary>Beats once, to all pools at the same time, and waits for their answers.</summary>
    /// <param name="cancellationToken">Ends the wait for the stores.</param>
    public Task BeatAsync(CancellationToken cancellationToken)
    {
        BeginBeat(cancellationToken);
        lock (_beating)
        {
            return Task.WhenAll(_beating.Values);
        }
    }

    /// <summary>One beat under way a pool: a store that is away keeps no heartbeat from the others.</summary>
    private void BeginBeat(CancellationToken cancellationToken)
    {
        lock (_beating)
        {
            foreach (var ended in _beating.Where(pair => pair.Value.IsCompleted).Select(pair => pair.Key).ToArray())
            {
                _beating.Remove(ended);
            }

            foreach (var own in _held.Values.GroupBy(held => held.Pool).Where(own => !_beating.ContainsKey(own.Key)))
            {
                HeldReservation[] held = [.. own];
                _beating.Add(own.Key, Task.Run(() => BeatAsync(own.Key, held, cancellationToken), cancellationToken));
            }
        }
    }

    private TimeSpan Interval() => _held.Values.Select(held => held.Interval).DefaultIfEmpty(Idle).Min();

    private async Task<bool> HappensWithinAsync(Task news, TimeSpan rest, CancellationToken cancellationToken)
    {
        try
        {
            await news.WaitAsync(rest, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static TaskCompletionSource News() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task BeatAsync(IGpuPool pool, HeldReservation[] own, CancellationToken cancellationToken)
    {
        HeartbeatResult result;
        try
        {
            result = await pool.BeatAsync([.. own.Select(held => (held.Reservation.ComputerName, held.Reservation.Id))], cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The store is away, or one pool has a defect that must not end the heartbeats of all. The job goes on;
            // when the store is back it says which reservations it still holds.
            return;
        }

        foreach (var id in result.Lost)
        {
            // One that was released while the beat was under way is not there any more, and not lost.
            if (Remove(id) is { } lost)
            {
                Tell(lost);
            }
        }
    }

    private static void Tell(HeldReservation lost)
    {
        try
        {
            lost.Lost(lost.Reservation);
        }
        catch (Exception)
        {
            // Who should be told is going away. The others' reservations live on.
        }
    }
}
