using GpuOps.Errors;
using GpuOps.Schedulers.Queue.Running;

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>Keeps in touch with the supervisor, and with the next one when it has gone. It tells the loop what it hears.</summary>
/// <param name="options">How to reach it.</param>
/// <param name="inbox">The loop.</param>
internal sealed class SupervisorLink(QueueServiceOptions options, Inbox inbox)
{
    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

    /// <summary>There is a supervisor, and these are all the starts it knows.</summary>
    public required Action<IJobSupervisor, IReadOnlyList<SupervisedRun>> Up { get; init; }

    /// <summary>A start stands differently.</summary>
    public required Action<IJobSupervisor, SupervisedRun> Changed { get; init; }

    /// <summary>There is none, and why.</summary>
    public required Action<Exception> Down { get; init; }

    /// <summary>Does so until the queue ends.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            var fault = await ListenAsync();
            inbox.Ending.ThrowIfCancellationRequested();
            inbox.Post(() => Down(fault));
            await Task.Delay(_backoff.Next(), options.Time, inbox.Ending);
        }
    }

    private async Task<Exception> ListenAsync()
    {
        try
        {
            await using var supervisor = await options.ConnectAsync(inbox.Ending);
            var runs = await supervisor.ListAsync(inbox.Ending);
            inbox.Post(() => Up(supervisor, runs));
            await foreach (var run in supervisor.WatchAsync(inbox.Ending))
            {
                _backoff.Reset();
                inbox.Post(() => Changed(supervisor, run));
            }

            return new GpuOpsException("SupervisorGone", GpuOpsErrorKind.Unreachable, "The supervisor of the jobs has gone.");
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !inbox.Ending.IsCancellationRequested)
        {
            return fault;
        }
    }
}
