using GpuOps.Channels;
using GpuOps.Schedulers.Queue.Order;
using GpuOps.Schedulers.Queue.Store;

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>A stored job as everybody sees it.</summary>
/// <param name="jobsFolder">The folder of all jobs.</param>
/// <param name="notes">Why jobs wait.</param>
/// <param name="time">The clock.</param>
internal sealed class JobView(string jobsFolder, QueueNotes notes, TimeProvider time)
{
    public GpuJob Of(StoredJob job)
    {
        var files = new JobFiles(jobsFolder, job.Id);
        var request = job.Request;
        var runs = job.State is GpuJobState.Starting or GpuJobState.Running;
        return new GpuJob
        {
            Id = Text(job.Id),
            Name = request.Name,
            User = job.User,
            State = job.State,
            Reason = job.State == GpuJobState.Queued ? Reason(job) : job.Reason,
            ExitCode = job.IsFinished ? job.ExitCode : null,
            Signal = job.IsFinished ? job.Signal : null,
            Cpus = request.Demand is null ? request.Cpus : null,
            Gpus = request.Demand?.Width ?? 0,
            GpuId = job.State == GpuJobState.Queued ? [] : job.Gpus,
            SubmitTime = Local(job.Submitted),
            StartTime = Local(job.Started),
            EndTime = Local(job.Ended),
            Elapsed = job.Started is { } start ? runs ? time.GetUtcNow() - start : job.Ended - start : null,
            TimeLimit = request.TimeLimit,
            Priority = job.Priority,
            RestartCount = Math.Max(0, job.Starts - 1),
            Dependency = string.Join(',', request.Dependencies),
            WorkFolder = request.WorkFolder,
            OutputPath = files.Output,
            ErrorPath = request.MergeStreams ? files.Output : files.Errors,
            Command = PosixShell.Join(request.Script is null ? request.Arguments : ["script", .. request.Arguments]),
            Tag = request.Tags,
        };
    }

    private string Reason(StoredJob job)
    {
        if (job.IsHeld)
            return "It is held.";
        if (job.WaitsFor.Count > 0)
            return $"It waits for {(job.WaitsFor.Count == 1 ? "job" : "jobs")} {string.Join(", ", job.WaitsFor.Take(10))}{(job.WaitsFor.Count > 10 ? ", …" : "")}.";
        if ((notes.Store ?? notes.Supervisor) is { } trouble)
            return trouble;
        if (job.Request.Demand is not { } demand)
            return $"It waits for {job.Request.Cpus} {(job.Request.Cpus == 1 ? "CPU" : "CPUs")}.";
        if (notes.Out.TryGetValue(DemandKind.Of(demand), out var impossible))
            return impossible;
        if (notes.Pool is { } away)
            return away;
        return notes.Places.TryGetValue(job.Id, out var place) && place.Position > 0
            ? $"It waits for {demand}, at place {place.Position} of {place.Waiting} in the pool's line."
            : $"It waits for {demand}.";
    }

    private DateTime? Local(DateTimeOffset? moment) =>
        moment is { } known ? TimeZoneInfo.ConvertTime(known, time.LocalTimeZone).DateTime : null;

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
