namespace GpuOps.Channels;

/// <summary>Programs that were told to end and may take a moment: their caller goes on, the channel waits when it closes.</summary>
internal sealed class Endings
{
    /// <summary>How long a caller who gave up waits for the program's end: Ctrl+C is to be felt at once.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);

    private readonly HashSet<Task> _open = [];

    /// <summary>Takes care of an ending, and waits for it a moment.</summary>
    public async Task AddAsync(Task ending)
    {
        lock (_open)
            _open.Add(ending);
        _ = ending.ContinueWith(Remove, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await Task.WhenAny(ending, Task.Delay(Soon, CancellationToken.None));
    }

    /// <summary>Waits for all that are open.</summary>
    public Task AllAsync()
    {
        lock (_open)
            return Task.WhenAll(_open).ContinueWith(static all => all.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Remove(Task ending)
    {
        // Looked at, so that it is not reported as unobserved: an ending that fails has nobody left to tell.
        _ = ending.Exception;
        lock (_open)
            _open.Remove(ending);
    }
}
