using System.Management.Automation;
using System.Text;
using GpuOps.Channels;
using GpuOps.Cmdlets.Module;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Submits jobs to a Slurm cluster: a command, a script as it is, or a block of PowerShell.</summary>
[Cmdlet(VerbsLifecycle.Submit, "SlurmJob", DefaultParameterSetName = "Command", SupportsShouldProcess = true)]
[OutputType(typeof(SlurmJob), typeof(SlurmSubmittedJob))]
public sealed partial class SubmitSlurmJobCommand : SlurmCmdlet
{
    private Dictionary<SlurmScheduler, List<SlurmJob>>? _awaited;

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (AsArray && !MyInvocation.ExpectingInput)
        {
            throw new GpuOpsException("SlurmArrayWithoutInput", GpuOpsErrorKind.InvalidArgument,
                "-AsArray makes a task of each thing that is piped in, and nothing is. Pipe the arguments in, as in 1..8 | Submit-SlurmJob -AsArray -- python train.py, or give -Array.");
        }

        if (Wait && AsJob)
        {
            throw new GpuOpsException("WaitAndAsJob", GpuOpsErrorKind.InvalidArgument,
                "-Wait waits here, -AsJob in the background. Give one of them.");
        }

        if (Wait || AsJob)
        {
            WarnIfHasty(Interval);
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        var scheduler = OpenSlurm();
        if (AsArray)
        {
            Of(_tasks ??= [], scheduler).Add(Words());
        }
        else
        {
            Next(scheduler);
        }
    }

    /// <inheritdoc/>
    protected override void End()
    {
        SubmitArrays();
        TakeAll();
        if (_awaited is { } awaited)
        {
            Run(async (post, token) =>
            {
                await System.Threading.Tasks.Task.WhenAll(awaited.Select((one, index) =>
                    new SlurmWaitReport(one.Key, Waiting, index, new CmdletSink(post)).RunAsync([.. one.Value.Select(static job => job.Id)], token)));
                return true;
            });
        }
    }

    private SlurmWaitOptions Waiting => new() { Interval = Interval, Timeout = Timeout };

    /// <summary>A job by itself is submitted at once; of many that are piped in each takes its place in the line, and what became of those before it comes out.</summary>
    private void Next(SlurmScheduler scheduler)
    {
        if (!MyInvocation.ExpectingInput)
        {
            Submit(scheduler, Request(scheduler, Words()));
            return;
        }

        if (NextRequest(scheduler) is { } request)
        {
            Line(scheduler).Add(request);
        }

        TakeWhatIsDone();
    }

    /// <summary>The job that is made of what was just piped in; null when it cannot be made, which is said, or is not meant.</summary>
    private SlurmJobRequest? NextRequest(SlurmScheduler scheduler)
    {
        try
        {
            var request = Request(scheduler, Words());
            return IsMeant(scheduler, request) ? request : null;
        }
        catch (GpuOpsException fault)
        {
            WriteFault(fault);
            return null;
        }
    }

    private bool IsMeant(SlurmScheduler scheduler, SlurmJobRequest request)
    {
        var shown = scheduler.Preview(request);
        return ShouldProcess(scheduler.Backend, $"sbatch {PosixShell.Join(shown.Arguments)}\n{Encoding.UTF8.GetString(shown.Script.Span)}");
    }

    private string? FolderFor(SlurmScheduler scheduler) => scheduler.IsLocal ? SessionState.Path.CurrentFileSystemLocation.ProviderPath : null;

    /// <summary>Submits a job and hands it out; null when it is not meant.</summary>
    private SlurmJob? Submit(SlurmScheduler scheduler, SlurmJobRequest request)
    {
        if (!IsMeant(scheduler, request))
        {
            return null;
        }

        var folder = FolderFor(scheduler);
        var job = Run(token => scheduler.SubmitAsync(request, folder, token));
        Hand(scheduler, request, job);
        return job;
    }

    /// <summary>What is done with a job that Slurm has taken. After a stop nobody would hear of it, and it is taken back; a command that is stopped while it works with the job has heard.</summary>
    private void Hand(SlurmScheduler scheduler, SlurmJobRequest request, SlurmJob job)
    {
        if (Stopping)
        {
            EngineState.Current.Finish(scheduler.TakeBackAsync([job.Id]), Owner);
            throw new PipelineStoppedException();
        }

        if (AsJob)
        {
            var background = new SlurmSubmittedJob(scheduler, job, PosixShell.Join(scheduler.Preview(request).Arguments.Prepend("sbatch")), Waiting, Owner);
            JobRepository.Add(background);
            background.Start();
            WriteObject(background);
        }
        else if (Wait)
        {
            Of(_awaited ??= [], scheduler).Add(job);
        }
        else
        {
            WriteObject(job);
        }
    }

    /// <summary>Nobody will wait for the jobs that were submitted so far, but they are there and must not get lost.</summary>
    private void GiveUpWaiting() => WriteObject(_awaited?.Values.SelectMany(static jobs => jobs) ?? [], enumerateCollection: true);

    private static List<T> Of<T>(Dictionary<SlurmScheduler, List<T>> all, SlurmScheduler scheduler) =>
        all.TryGetValue(scheduler, out var own) ? own : all[scheduler] = [];
}
