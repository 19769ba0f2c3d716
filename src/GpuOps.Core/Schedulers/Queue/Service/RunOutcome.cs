using GpuOps.Schedulers.Queue.Running;
using GpuOps.Schedulers.Queue.Store;

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>What becomes of a job when a start of it ended.</summary>
internal static class RunOutcome
{
    /// <summary>The job after the end.</summary>
    /// <param name="job">The job.</param>
    /// <param name="run">How its last start ended.</param>
    /// <param name="now">The time, where the supervisor does not say when that was.</param>
    public static StoredJob Of(StoredJob job, SupervisedRun run, DateTimeOffset now)
    {
        var ended = Ended(job, run, now);
        return run.HasLostReservation ? ended with { Reason = $"{ended.Reason} The pool took its GPUs away while it ran.".TrimStart() } : ended;
    }

    private static StoredJob Ended(StoredJob job, SupervisedRun run, DateTimeOffset now)
    {
        var ended = job with
        {
            Started = run.Started ?? job.Started,
            Ended = run.Ended ?? now,
            ExitCode = run.ExitCode,
            Signal = run.Signal,
        };
        if (run.IsStopped)
            return ended with { State = GpuJobState.Cancelled, Reason = job.IsCancelling ? job.Reason : "It was ended." };
        if (run.Fault is { } fault)
            return ended with { State = run.ProcessId is null ? GpuJobState.Failed : GpuJobState.Lost, Reason = fault };
        if (run.IsTimedOut)
            return ended with { State = GpuJobState.Failed, Reason = $"Its time limit of {job.Request.TimeLimit} was up." };
        if (run.ExitCode == 0)
            return ended with { State = GpuJobState.Completed, Reason = "" };
        return IsTriedAgain(job, run)
            ? ended with { State = GpuJobState.Queued, Reason = "", Ended = null, Gpus = [] }
            : ended with { State = GpuJobState.Failed, Reason = run.Signal is { } signal ? $"Signal {signal} ended it." : $"It ended with exit code {run.ExitCode}." };
    }

    /// <summary>A job whose start the supervisor knows nothing of any more.</summary>
    /// <param name="job">The job.</param>
    /// <param name="now">The time.</param>
    public static StoredJob Lost(StoredJob job, DateTimeOffset now) => job with
    {
        State = GpuJobState.Lost,
        Reason = "What ran it went down, and nobody can say how it ended.",
        Ended = now,
        ExitCode = null,
        Signal = null,
    };

    private static bool IsTriedAgain(StoredJob job, SupervisedRun run) =>
        !job.IsCancelling && job.Starts <= job.Request.Retries
        && (job.Request.RetryExitCodes.Count == 0 || (run.ExitCode is { } code && job.Request.RetryExitCodes.Contains(code)));
}
