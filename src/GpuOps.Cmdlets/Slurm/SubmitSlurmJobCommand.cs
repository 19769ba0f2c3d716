using System.Management.Automation;
using System.Text;
using GpuOps.Channels;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Submits jobs to a Slurm cluster: a command, or a script as it is.</summary>
[Cmdlet(VerbsLifecycle.Submit, "SlurmJob", DefaultParameterSetName = "Command", SupportsShouldProcess = true)]
[OutputType(typeof(SlurmJob))]
public sealed partial class SubmitSlurmJobCommand : SlurmCmdlet
{
    private Dictionary<SlurmScheduler, List<IReadOnlyList<string>>>? _tasks;

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (AsArray && !MyInvocation.ExpectingInput)
        {
            throw new GpuOpsException("SlurmArrayWithoutInput", GpuOpsErrorKind.InvalidArgument,
                "-AsArray makes a task of each thing that is piped in, and nothing is. Pipe the arguments in, as in 1..8 | Submit-SlurmJob -AsArray -- python train.py, or give -Array.");
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        var scheduler = OpenSlurm();
        if (!AsArray)
        {
            Next(scheduler);
            return;
        }

        _tasks ??= [];
        if (!_tasks.TryGetValue(scheduler, out var tasks))
        {
            _tasks[scheduler] = tasks = [];
        }

        tasks.Add(SubmittedWords.Of(ArgumentList));
    }

    /// <inheritdoc/>
    protected override void End()
    {
        foreach (var (scheduler, tasks) in _tasks ?? [])
        {
            var whole = Request([]) with { TaskArguments = tasks };
            foreach (var request in Run(token => scheduler.PlanAsync(whole, token)))
            {
                Submit(scheduler, request);
            }
        }

        TakeAll();
    }

    /// <summary>A job by itself is submitted at once; of many that are piped in each takes its place in the line, and what became of those before it comes out.</summary>
    private void Next(SlurmScheduler scheduler)
    {
        if (!MyInvocation.ExpectingInput || Wait)
        {
            Submit(scheduler, Request(SubmittedWords.Of(ArgumentList)));
            return;
        }

        try
        {
            var request = Request(SubmittedWords.Of(ArgumentList));
            if (IsMeant(scheduler, request))
            {
                Line(scheduler).Add(request);
            }
        }
        catch (GpuOpsException fault)
        {
            WriteFault(fault);
        }

        TakeWhatIsDone();
    }

    private bool IsMeant(SlurmScheduler scheduler, SlurmJobRequest request)
    {
        var shown = scheduler.Preview(request);
        return ShouldProcess(scheduler.Backend, $"sbatch {PosixShell.Join(shown.Arguments)}\n{Encoding.UTF8.GetString(shown.Script.Span)}");
    }

    private string? FolderFor(SlurmScheduler scheduler) => scheduler.IsLocal ? SessionState.Path.CurrentFileSystemLocation.ProviderPath : null;

    private void Submit(SlurmScheduler scheduler, SlurmJobRequest request)
    {
        if (!IsMeant(scheduler, request))
        {
            return;
        }

        var folder = FolderFor(scheduler);
        var job = Run(token => scheduler.SubmitAsync(request, folder, token));
        if (!Wait)
        {
            WriteObject(job);
            return;
        }

        Run(async (post, token) =>
        {
            await new SlurmWaitReport(scheduler, new SlurmWaitOptions(), 0, post).RunAsync([job.Id], token);
            return true;
        });
    }
}
