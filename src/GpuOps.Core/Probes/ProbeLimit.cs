using GpuOps.Errors;

namespace GpuOps.Probes;

/// <summary>The time that one look may take, whatever number of tools it runs.</summary>
internal sealed class ProbeLimit : IDisposable
{
    private readonly TimeSpan _timeLimit;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _clock;
    private readonly CancellationTokenSource _either;

    public ProbeLimit(TimeSpan timeLimit, TimeProvider timeProvider, CancellationToken caller)
    {
        _timeLimit = timeLimit;
        _caller = caller;
        _clock = new(timeLimit, timeProvider);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_clock.Token, caller);
    }

    /// <summary>Ends work when the time is over or the caller gives up.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Waits for work that cannot be ended itself.</summary>
    /// <exception cref="GpuOpsException">It took too long.</exception>
    public async Task<T> WaitAsync<T>(Task<T> work, string who)
    {
        try
        {
            return await work.WaitAsync(Token);
        }
        catch (OperationCanceledException)
        {
            throw Over(who);
        }
    }

    /// <summary>The error for work that ended because of <see cref="Token"/>.</summary>
    public Exception Over(string who) => _caller.IsCancellationRequested
        ? new OperationCanceledException(_caller)
        : new GpuOpsException(
            "GpuDriverTimeout",
            GpuOpsErrorKind.Timeout,
            $"{who} did not end within {_timeLimit.TotalSeconds:0.###} s. Look at the kernel log ('dmesg') for GPU errors; "
            + "if it is only slow, raise the probe's time limit.",
            who);

    public void Dispose()
    {
        _either.Dispose();
        _clock.Dispose();
    }
}
