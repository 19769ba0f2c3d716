using GpuOps.Errors;

namespace GpuOps.Probes;

/// <summary>
/// Calls into a driver that may never return. They run one after the other on a background thread of their own, and a
/// caller waits for the time limit at most. While a call is overdue nobody waits for the driver again: callers get the
/// error at once, until the call comes back.
/// </summary>
internal sealed class DriverThread(string driver, TimeSpan timeLimit, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly Queue<Action> _calls = [];
    private bool _running;
    private bool _overdue;

    /// <exception cref="GpuOpsException">The driver did not answer within the time limit.</exception>
    public async Task<T> RunAsync<T>(Func<T> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_overdue)
                throw NoAnswer();
            _calls.Enqueue(() => Answer(call, answer));
            if (!_running)
            {
                _running = true;
                // A thread of the pool would be lost to everybody else for as long as the driver hangs.
                new Thread(Drain) { IsBackground = true, Name = $"GpuOps {driver}" }.UnsafeStart();
            }
        }

        try
        {
            return await answer.Task.WaitAsync(timeLimit, timeProvider, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            answer.TrySetCanceled(cancellationToken);
            throw;
        }
        catch (TimeoutException)
        {
            if (GiveUp(answer))
                throw NoAnswer();
            return await answer.Task;
        }
    }

    private static void Answer<T>(Func<T> call, TaskCompletionSource<T> answer)
    {
        if (answer.Task.IsCompleted)
            return;
        try
        {
            answer.TrySetResult(call());
        }
        catch (Exception error)
        {
            answer.TrySetException(error);
        }
    }

    private bool GiveUp<T>(TaskCompletionSource<T> answer)
    {
        // The thread answers before it takes the gate to say that it is back, so an answer that comes too late for this
        // one always clears the mark after it was set.
        lock (_gate)
        {
            if (!answer.TrySetCanceled())
                return false;
            _overdue = true;
            return true;
        }
    }

    private void Drain()
    {
        while (true)
        {
            Action? call;
            lock (_gate)
            {
                if (!_calls.TryDequeue(out call))
                {
                    _running = false;
                    return;
                }
            }

            call();
            lock (_gate)
                _overdue = false;
        }
    }

    private GpuOpsException NoAnswer() => new(
        "GpuDriverTimeout",
        GpuOpsErrorKind.Timeout,
        $"The {driver} driver has not answered for {timeLimit.TotalSeconds:0.###} s. Look at the kernel log ('dmesg') for GPU errors; "
        + "if the driver is only slow, raise the probe's time limit.",
        driver);
}
