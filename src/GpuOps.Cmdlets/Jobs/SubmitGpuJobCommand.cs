using System.Management.Automation;
using System.Security.Cryptography;
using GpuOps.Cmdlets.Module;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Errors;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>Submits jobs to a scheduler: the queue of this host, or whatever the backend is.</summary>
[Cmdlet(VerbsLifecycle.Submit, "GpuJob", DefaultParameterSetName = "Command", SupportsShouldProcess = true)]
[OutputType(typeof(GpuJob), typeof(GpuSubmittedJob))]
public sealed partial class SubmitGpuJobCommand : SchedulerCmdlet
{
    private Dictionary<IJobScheduler, List<string>>? _awaited;

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (Wait && AsJob)
        {
            throw new GpuOpsException("WaitAndAsJob", GpuOpsErrorKind.InvalidArgument, "-Wait waits here, -AsJob in the background. Give one of them.");
        }

        Read();
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        var scheduler = OpenScheduler();
        try
        {
            foreach (var request in Requests())
            {
                Submit(scheduler, request);
            }
        }
        catch (GpuOpsException fault) when (MyInvocation.ExpectingInput && fault.Kind == GpuOpsErrorKind.InvalidArgument)
        {
            // Of many that are piped in, one that makes no sense does not keep the others.
            WriteFault(fault);
        }
    }

    /// <inheritdoc/>
    protected override void End()
    {
        if (_awaited is { } awaited)
        {
            Run(async (post, token) =>
            {
                await Task.WhenAll(awaited.Select((one, index) => new JobWaitReport(one.Key, Interval, index, new CmdletSink(post)).RunAsync([.. one.Value], token)));
                return true;
            });
        }
    }

    private void Submit(IJobScheduler scheduler, GpuJobRequest request)
    {
        if (ShouldProcess(scheduler.Backend, $"submit{(request.Name.Length > 0 ? $" '{request.Name}'" : "")} with {request.Demand?.ToString() ?? "no GPU"} in {request.WorkFolder}: {CommandOf(request)}"))
        {
            Hand(scheduler, request, Run(token => SubmitAsync(scheduler, request, token)));
        }
    }

    /// <summary>A stopped command does not wait for what takes the job back; its session does before it closes.</summary>
    private static Task<GpuJob> SubmitAsync(IJobScheduler scheduler, GpuJobRequest request, CancellationToken cancellationToken)
    {
        var submission = scheduler.SubmitJobAsync(request with { RequestId = RandomNumberGenerator.GetHexString(32, lowercase: true) }, cancellationToken);
        EngineState.Current.Finish(submission, Owner);
        return submission;
    }

    /// <summary>What is done with a job that was taken. After a stop nobody would hear of it, and it is taken back.</summary>
    private void Hand(IJobScheduler scheduler, GpuJobRequest request, GpuJob job)
    {
        if (Stopping)
        {
            EngineState.Current.Finish(scheduler.StopJobAsync(job.Id, CancellationToken.None), Owner);
            throw new PipelineStoppedException();
        }

        if (AsJob)
        {
            var background = new GpuSubmittedJob(scheduler, job, CommandOf(request), Interval, Owner);
            JobRepository.Add(background);
            background.Start();
            WriteObject(background);
            return;
        }

        if (!Wait)
        {
            WriteObject(job);
            return;
        }

        _awaited ??= [];
        if (!_awaited.TryGetValue(scheduler, out var ids))
        {
            _awaited[scheduler] = ids = [];
        }

        ids.Add(job.Id);
    }
}
