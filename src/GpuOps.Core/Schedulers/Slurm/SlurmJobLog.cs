using GpuOps.Channels.Files;
using GpuOps.Errors;
using GpuOps.Timing;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// Reads what jobs write, each byte once: what is there, or on until they are over. A connection that is cut and a
/// controller that is away for a while end nothing; the reading goes on at the byte where it was.
/// </summary>
/// <param name="scheduler">The cluster.</param>
/// <param name="options">What to read, and for how long.</param>
/// <param name="time">The clock.</param>
public sealed class SlurmJobLog(SlurmScheduler scheduler, SlurmLogOptions options, TimeProvider time)
{
    // A look that takes long is followed by a pause that many times longer.
    private const int PauseForLook = 4;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>Reads.</summary>
    /// <param name="targets">The jobs.</param>
    /// <param name="write">Takes what they wrote; nothing more is read before it is done with that.</param>
    /// <param name="failed">Told of each job whose log cannot be read, once; the others go on.</param>
    /// <param name="progress">Told how it stands, when that may have changed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException"><c>SlurmLogTimeout</c>, or an error that will not pass by waiting.</exception>
    public async Task RunAsync(
        IReadOnlyList<SlurmLogTarget> targets, Func<SlurmLogPiece, CancellationToken, Task> write, Action<SlurmJobId, GpuOpsException> failed, Action<SlurmLogProgress> progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(targets);
        HashSet<SlurmJobId> told = [];
        var set = new SlurmLogSet(scheduler, [.. targets.DistinctBy(static target => target.Id)], options, time, FailOnce);
        var look = new SlurmLogLook(new FileLooks(scheduler.Channel), write, FailOnce);
        using var limit = new Deadline(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await (options.Follow ? FollowAsync(set, look, progress, either.Token) : ReadAsync(set, look, FailOnce, either.Token));
        }
        catch (OperationCanceledException fault) when (limit.IsOver && !cancellationToken.IsCancellationRequested)
        {
            throw new GpuOpsException("SlurmLogTimeout", GpuOpsErrorKind.Timeout,
                $"Not all of the jobs are over after {options.Timeout}: {string.Join(", ", set.Ids.Take(5))}. They go on; follow their logs again when you like.", null, fault);
        }

        void FailOnce(SlurmJobId id, GpuOpsException fault)
        {
            if (told.Add(id))
                failed(id, fault);
        }
    }

    private async Task ReadAsync(SlurmLogSet set, SlurmLogLook look, Action<SlurmJobId, GpuOpsException> failed, CancellationToken cancellationToken)
    {
        await set.TakeAsync(await AskAsync(set, cancellationToken), cancellationToken);
        foreach (var job in set.Unfinished.Where(static job => job.State == SlurmJobState.Pending))
        {
            // Of an array some tasks may have begun.
            if (!set.Logs.Exists(log => log.Job.Id.Base == job.Id.Base))
                failed(job.Id, new GpuOpsException("SlurmJobNotBegun", GpuOpsErrorKind.NotReady, $"The job {job} waits ({job.Reason}) and has written nothing yet. -Follow waits for it.", job));
        }

        // One after the other, so that those of several are not mixed.
        foreach (var log in set.Logs.ToArray())
        {
            List<SlurmLog> one = [log];
            while (one.Count > 0)
                await look.RunAsync(one, isThorough: true, static _ => true, cancellationToken);
        }
    }

    private async Task FollowAsync(SlurmLogSet set, SlurmLogLook look, Action<SlurmLogProgress> progress, CancellationToken cancellationToken)
    {
        // The cluster is asked while the files are looked at: a controller that is away keeps its askers waiting.
        Task<SlurmJobs>? asking = null;
        long? asked = null;
        try
        {
            while (set.Ids.Count + set.Logs.Count > 0)
            {
                if (asking is null && set.Ids.Count > 0 && (asked is not { } last || time.GetElapsedTime(last) >= options.JobInterval))
                    (asking, asked) = (AskAsync(set, cancellationToken), time.GetTimestamp());
                string? trouble = null;
                var isAnswered = asking is not null && (asking.IsCompleted || set.Logs.Count == 0);
                if (isAnswered)
                {
                    var answer = asking!;
                    asking = null;
                    trouble = await TryAsync(async () => await set.TakeAsync(await answer, cancellationToken));
                }

                var hasMore = false;
                var begin = time.GetTimestamp();
                trouble ??= await TryAsync(async () => hasMore = await look.RunAsync(set.Logs, isAnswered, log => log.HasSettled(options.Settling, time), cancellationToken));
                if (isAnswered || trouble is not null)
                    progress(new SlurmLogProgress(set.Unfinished, trouble));
                if (!hasMore && set.Ids.Count + set.Logs.Count > 0)
                    await Task.Delay(trouble is null ? PauseAfter(time.GetElapsedTime(begin)) : options.Interval, time, cancellationToken);
            }
        }
        finally
        {
            // It is given up, and nobody else will look at how it ended.
            _ = asking?.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private Task<SlurmJobs> AskAsync(SlurmLogSet set, CancellationToken cancellationToken) =>
        scheduler.ReadJobsAsync(new SlurmJobQuery { Ids = set.Ids, Expand = true }, cancellationToken);

    private TimeSpan PauseAfter(TimeSpan look) => TimeSpan.FromTicks(Math.Max(options.Interval.Ticks, Math.Min(look.Ticks * PauseForLook, LongestPause.Ticks)));

    /// <summary>What went wrong and will pass; null when nothing did.</summary>
    private static async Task<string?> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return null;
        }
        // A look at many files that fails as a whole says nothing of any: the host may just have no process left for it.
        catch (GpuOpsException fault) when (fault.Kind is GpuOpsErrorKind.Unreachable or GpuOpsErrorKind.Lost || fault.Id == "FileNotReadable")
        {
            return fault.Message;
        }
    }
}
