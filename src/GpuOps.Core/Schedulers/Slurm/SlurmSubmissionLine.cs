using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// Submits jobs as they come, in their order, without waiting for each: while sbatch is busy with one, those that come
/// meanwhile gather and go out together. Whoever gives up takes back all whose jobs have not been handed out yet.
/// </summary>
public sealed class SlurmSubmissionLine
{
    // So many that a login is nothing beside them, and so few that the first of them need not wait long for the last.
    private const int MostTogether = 128;
    private const int MostBytes = 256 * 1024;

    private readonly string? _folder;
    private readonly CancellationToken _stop;
    private readonly Channel<SlurmJobRequest> _waiting = Channel.CreateUnbounded<SlurmJobRequest>();
    private readonly Channel<SlurmSubmitted> _done = Channel.CreateUnbounded<SlurmSubmitted>();

    /// <summary>Begins; nothing is sent before there is something.</summary>
    /// <param name="scheduler">The cluster.</param>
    /// <param name="folder">Where sbatch runs; null for where the channel begins.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public SlurmSubmissionLine(SlurmScheduler scheduler, string? folder, CancellationToken cancellationToken)
    {
        (Scheduler, _folder, _stop) = (scheduler, folder, cancellationToken);
        Completion = Task.Run(SendAllAsync, CancellationToken.None);
    }

    /// <summary>The cluster.</summary>
    public SlurmScheduler Scheduler { get; }

    /// <summary>Ends when all jobs are sent, or taken back; it never fails.</summary>
    public Task Completion { get; }

    /// <summary>Puts a job at the end of the line.</summary>
    /// <param name="request">The job.</param>
    public void Add(SlurmJobRequest request) => _waiting.Writer.TryWrite(request);

    /// <summary>Says that there is nothing more to come.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>Hands out what became of the next job, if that is known. The job is the caller's then, and is not taken back any more.</summary>
    /// <param name="submitted">That.</param>
    public bool TryTake([NotNullWhen(true)] out SlurmSubmitted? submitted) => _done.Reader.TryRead(out submitted);

    /// <summary>Waits until <see cref="TryTake"/> has something.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when there is nothing more to come.</returns>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken) => await _done.Reader.WaitToReadAsync(cancellationToken);

    private async Task SendAllAsync()
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(_stop))
            {
                foreach (var submitted in await SendAsync(Gather()))
                    _done.Writer.TryWrite(submitted);
            }

            // Until all are handed out, giving up takes them back.
            _done.Writer.TryComplete();
            await _done.Reader.Completion.WaitAsync(_stop);
        }
        catch (OperationCanceledException)
        {
            _done.Writer.TryComplete();
            await TakeBackAsync();
        }
    }

    private async Task<IReadOnlyList<SlurmSubmitted>> SendAsync(List<SlurmJobRequest> together)
    {
        try
        {
            return await Scheduler.SubmitAsync(together, _folder, _stop);
        }
        catch (Exception fault) when (!_stop.IsCancellationRequested)
        {
            // Each of them hears of it, and those behind them go on.
            return [.. together.Select(request => new SlurmSubmitted(request, null, fault as GpuOpsException ?? new GpuOpsException(
                "SlurmSubmissionFailed", GpuOpsErrorKind.Lost, $"The job was not submitted, or was taken back: {fault.Message}", request.Name, fault)))];
        }
    }

    private List<SlurmJobRequest> Gather()
    {
        List<SlurmJobRequest> together = [];
        var left = MostBytes;
        while (together.Count < MostTogether && _waiting.Reader.TryPeek(out var request))
        {
            left -= SizeOf(request);
            if (together.Count > 0 && left < 0)
                break;
            together.Add(request);
            _waiting.Reader.TryRead(out _);
        }

        return together;
    }

    /// <summary>About how large a job is: what a user gives, which is what may be large.</summary>
    private static int SizeOf(SlurmJobRequest request) =>
        (request.Script?.Length ?? 0)
        + (request.Block is { } block ? block.Text.Length + block.Starter.Length + block.Arguments.Length : 0)
        + SizeOf(request.Command ?? [])
        + SizeOf(request.Arguments)
        + (request.TaskArguments ?? []).Sum(SizeOf)
        + SizeOf(request.Environment.Variables.Values);

    private static int SizeOf(IEnumerable<string> words) => words.Sum(static word => word.Length);

    private async Task TakeBackAsync()
    {
        List<SlurmJobId> ids = [];
        while (_done.Reader.TryRead(out var submitted))
        {
            if (submitted.Job is { } job)
                ids.Add(job.Id);
        }

        await Scheduler.TakeBackAsync(ids);
    }
}
