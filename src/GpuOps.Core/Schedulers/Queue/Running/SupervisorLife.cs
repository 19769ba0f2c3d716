namespace GpuOps.Schedulers.Queue.Running;

/// <summary>
/// When a supervisor ends: when it is asked to, or when nobody has been connected for a while; never while a job runs.
/// Who was greeted is counted, and who comes when the end is decided is not greeted: nobody speaks to one that ends.
/// </summary>
internal sealed class SupervisorLife : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeSpan _patience;
    private readonly Func<bool> _tryClose;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _end = new();
    private int _connections;

    /// <summary>Begins it, with nobody connected.</summary>
    /// <param name="patience">How long it lives with nobody connected and no job.</param>
    /// <param name="tryClose">Has no job started any more, unless one runs; whether it did.</param>
    /// <param name="time">The clock.</param>
    public SupervisorLife(TimeSpan patience, Func<bool> tryClose, TimeProvider time)
    {
        (_patience, _tryClose, Ended) = (patience, tryClose, _end.Token);
        _timer = time.CreateTimer(_ => Look(), null, patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when it ends.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Somebody has come.</summary>
    /// <returns>False when it ends, and nobody may be answered.</returns>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_end.IsCancellationRequested)
            {
                return false;
            }

            _connections++;
            return true;
        }
    }

    /// <summary>Somebody who had come has gone.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (--_connections == 0)
            {
                Rest();
            }
        }
    }

    /// <summary>Ends it, unless a job runs.</summary>
    /// <returns>Whether it ends.</returns>
    public bool TryEnd()
    {
        lock (_gate)
        {
            if (!_tryClose())
            {
                return false;
            }

            _end.Cancel();
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _timer.Dispose();
        _end.Dispose();
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_connections == 0 && !_end.IsCancellationRequested && !TryEnd())
            {
                Rest();
            }
        }
    }

    /// <summary>Looks again after a while, counted from now.</summary>
    private void Rest() => _timer.Change(_patience, Timeout.InfiniteTimeSpan);
}
