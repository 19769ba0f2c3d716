namespace GpuOps.Timing;

/// <summary>
/// A token that is cancelled after a while, or never. Timers of .NET end at 49 days; runs and waits here may last
/// longer, so it is set anew every day.
/// </summary>
public sealed class Deadline : IDisposable
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly CancellationTokenSource _source = new();
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly TimeSpan _after;
    private readonly ITimer? _timer;

    /// <summary>Starts the clock.</summary>
    /// <param name="after">After how long; null for never.</param>
    /// <param name="time">The clock.</param>
    public Deadline(TimeSpan? after, TimeProvider time)
    {
        _time = time;
        _start = time.GetTimestamp();
        _after = after ?? TimeSpan.Zero;
        if (after is not null)
        {
            _timer = time.CreateTimer(_ => Look(), null, System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
            Look();
        }
    }

    /// <summary>Cancelled when the time is up.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether the time is up.</summary>
    public bool IsOver => _source.IsCancellationRequested;

    /// <summary>Stops the clock; the token is then never cancelled.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        _source.Dispose();
    }

    private void Look()
    {
        var rest = _after - _time.GetElapsedTime(_start);
        if (rest > TimeSpan.Zero)
        {
            _timer!.Change(rest < Day ? rest : Day, System.Threading.Timeout.InfiniteTimeSpan);
            return;
        }

        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits for it any more.
        }
    }
}
