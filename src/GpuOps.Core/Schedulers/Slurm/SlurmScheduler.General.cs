using System.Globalization;
using System.Runtime.CompilerServices;
using GpuOps.Errors;
using Queues = System.Threading.Channels.Channel;

namespace GpuOps.Schedulers.Slurm;

/// <summary>Slurm as any other scheduler.</summary>
public sealed partial class SlurmScheduler
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    async Task<GpuJob> IJobScheduler.SubmitJobAsync(GpuJobRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await SubmitAsync(SlurmGeneralRequest.Of(request), request.WorkFolder, cancellationToken);
    }

    /// <inheritdoc/>
    async Task<IReadOnlyList<GpuJob>> IJobScheduler.ReadJobsAsync(GpuJobQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var wantsFinished = query.States?.Any(GpuJobStates.IsFinal) != false;
        var answer = await ReadJobsAsync(
            new SlurmJobQuery
            {
                Ids = query.Ids is null ? null : [.. query.Ids.Select(SlurmJobId.Parse)],
                Users = query.OnlyOwn ? null : query.Users,
                AllUsers = !query.OnlyOwn && query.Users is null,
                Since = query.Ids is not null ? null : query.Since is { } since ? _time.GetUtcNow() - since : wantsFinished ? Day : null,
            },
            cancellationToken);
        // The accounting may be away: what is asked for by name must not seem to be gone.
        if (answer.Missing is { } missing && query.Ids is not null && answer.Jobs.Count < query.Ids.Count)
            throw missing;
        IEnumerable<GpuJob> jobs = answer.Jobs.Where(job => query.States?.Contains(((GpuJob)job).State) != false);
        jobs = query.NewestFirst ? jobs.Reverse() : jobs;
        return [.. query.Limit is { } limit ? jobs.Take(limit) : jobs];
    }

    /// <inheritdoc/>
    async Task<GpuJob> IJobScheduler.ChangeJobAsync(string id, GpuJobChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        var job = SlurmJobId.Parse(id);
        string[] updates =
        [
            .. change.Name is { } name ? [$"JobName={name}"] : Array.Empty<string>(),
            .. change.Priority is { } priority ? [string.Create(CultureInfo.InvariantCulture, $"Nice={-(long)priority}")] : Array.Empty<string>(),
            .. change.TimeLimit is { } limit ? [$"TimeLimit={SlurmDuration.Format(limit)}"] : Array.Empty<string>(),
        ];
        if (updates.Length > 0)
            await ControlAsync(["update", $"JobId={job}", .. updates], job, cancellationToken);
        if (change.Hold is { } hold)
            await (hold ? HoldAsync(job, cancellationToken) : ReleaseAsync(job, cancellationToken));
        return await FindAsync(job, cancellationToken);
    }

    /// <inheritdoc/>
    async Task<GpuJob> IJobScheduler.StopJobAsync(string id, CancellationToken cancellationToken)
    {
        var job = SlurmJobId.Parse(id);
        // scancel keeps silent about a job that it does not find.
        var known = await FindAsync(job, cancellationToken);
        if (known.IsFinished)
            throw new GpuOpsException("JobFinished", GpuOpsErrorKind.NotFound, $"The job {known} is over already: {known.State}.", id);
        await CancelAsync([job], null, cancellationToken);
        return await FindAsync(job, cancellationToken);
    }

    /// <inheritdoc/>
    Task IJobScheduler.RemoveJobAsync(string id, CancellationToken cancellationToken) =>
        throw SlurmGeneralRequest.NotSupported("Removing a job", "its accounting keeps them all; Stop-GpuJob ends one");

    /// <inheritdoc/>
    async IAsyncEnumerable<GpuJobEnd> IJobScheduler.WaitJobsAsync(
        IReadOnlyList<string> ids, TimeSpan? interval, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ends = Queues.CreateUnbounded<GpuJobEnd>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var wait = WaitAsync(stop.Token);
        try
        {
            await foreach (var end in ends.Reader.ReadAllAsync(cancellationToken))
                yield return end;
        }
        finally
        {
            await stop.CancelAsync();
            await wait;
        }

        async Task WaitAsync(CancellationToken token)
        {
            try
            {
                await new SlurmWait(this, interval is { } every ? new SlurmWaitOptions { Interval = every } : new SlurmWaitOptions(), _time).RunAsync(
                    [.. ids.Select(SlurmJobId.Parse)],
                    job => ends.Writer.TryWrite(new GpuJobEnd(job.Id.ToString(), job)),
                    (lost, _) => ends.Writer.TryWrite(new GpuJobEnd(lost.ToString(), null)),
                    static _ => { },
                    token);
                ends.Writer.Complete();
            }
            catch (Exception fault)
            {
                ends.Writer.Complete(fault);
            }
        }
    }

    /// <inheritdoc/>
    async IAsyncEnumerable<GpuJobLogPiece> IJobScheduler.ReadLogsAsync(
        IReadOnlyList<string> ids, GpuJobLogOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        // What nobody has taken yet must not pile up.
        var pieces = Queues.CreateBounded<GpuJobLogPiece>(1);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var read = ReadAsync(stop.Token);
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(cancellationToken))
                yield return piece;
        }
        finally
        {
            await stop.CancelAsync();
            await read;
        }

        async Task ReadAsync(CancellationToken token)
        {
            GpuOpsException? failed = null;
            try
            {
                await new SlurmJobLog(this, new SlurmLogOptions { Stream = options.Stream, Tail = options.Tail, Follow = options.Follow }, _time).RunAsync(
                    [.. ids.Select(static id => new SlurmLogTarget(SlurmJobId.Parse(id)))],
                    async (piece, write) => await pieces.Writer.WriteAsync(new GpuJobLogPiece(piece.Job, piece.Stream, piece.Bytes), write),
                    (_, fault) => failed ??= fault,
                    static _ => { },
                    token);
                pieces.Writer.Complete(failed);
            }
            catch (Exception fault)
            {
                pieces.Writer.Complete(fault);
            }
        }
    }

    private async Task<GpuJob> FindAsync(SlurmJobId id, CancellationToken cancellationToken) =>
        (await ReadJobsAsync(new SlurmJobQuery { Ids = [id] }, cancellationToken)).Jobs is [var job, ..] ? job : throw NotFound(id);
}
