using System.Collections.Concurrent;
using System.Threading.Channels;

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>
/// What the queue's loop has to do next. Everything that knows the state of the queue is done there, one after the
/// other; everything that takes time is done elsewhere, and says here what came of it.
/// </summary>
internal sealed class Inbox : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly Action<string> _log;
    private readonly Channel<Action> _waiting = Channel.CreateUnbounded<Action>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<Task, bool> _work = [];
    private readonly CancellationTokenSource _end = new();

    /// <summary>Makes it.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="log">Told what should not have happened.</param>
    public Inbox(TimeProvider time, Action<string> log) => (_time, _log, Ending) = (time, log, _end.Token);

    /// <summary>Cancelled when the queue ends.</summary>
    public CancellationToken Ending { get; }

    /// <summary>Has something done on the loop.</summary>
    public void Post(Action action) => _waiting.Writer.TryWrite(action);

    /// <summary>Has something done on the loop after a while.</summary>
    public void PostAfter(TimeSpan wait, Action action)
    {
        // The time runs from now, not from when a thread gets to it.
        var over = Task.Delay(wait, _time, Ending);
        Start(async () =>
        {
            await over;
            Post(action);
        });
    }

    /// <summary>Does something that takes time, beside the loop.</summary>
    public void Start(Func<Task> work)
    {
        var task = Task.Run(() => TryAsync(work), CancellationToken.None);
        _work.TryAdd(task, true);
        task.ContinueWith(done => _work.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>The loop. Nothing that goes wrong with one thing keeps the next from being done.</summary>
    /// <param name="settle">Done after all that was there has been done.</param>
    public async Task RunAsync(Action settle)
    {
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (_waiting.Reader.TryRead(out var action))
                Try(action);
            Try(settle);
        }
    }

    /// <summary>Waits for what is under way beside the loop, has the loop do what came of it, and ends it.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync();
        await RestAsync();
        _waiting.Writer.TryComplete();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await RestAsync();
        _end.Dispose();
    }

    private async Task RestAsync()
    {
        while (!_work.IsEmpty)
            await Task.WhenAll(_work.Keys);
    }

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (Ending.IsCancellationRequested)
        {
            // The queue ends.
        }
        catch (Exception fault)
        {
            _log($"Beside the queue's loop: {fault}");
        }
    }

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception fault)
        {
            _log($"In the queue's loop: {fault}");
        }
    }
}
