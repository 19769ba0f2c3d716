namespace GpuOps.Schedulers.Queue.Service;

/// <summary>How long to leave something alone that failed: twice as long each time, up to a limit.</summary>
/// <param name="first">After the first failure.</param>
/// <param name="most">The limit.</param>
internal sealed class Backoff(TimeSpan first, TimeSpan most)
{
    private int _failures;

    /// <summary>One more failure.</summary>
    /// <returns>How long to wait.</returns>
    public TimeSpan Next()
    {
        var wait = first * Math.Pow(2, Math.Min(_failures++, 20));
        return wait < most ? wait : most;
    }

    /// <summary>It worked.</summary>
    public void Reset() => _failures = 0;
}
