using GpuOps.Cmdlets.Module;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

public sealed partial class SubmitSlurmJobCommand
{
    private PromptRelay? _prompts;
    private Dictionary<SlurmScheduler, SlurmSubmissionLine>? _lines;
    private Queue<SlurmSubmissionLine>? _order;

    /// <summary>The line of a cluster, to which one job is about to be added.</summary>
    private SlurmSubmissionLine Line(SlurmScheduler scheduler)
    {
        _lines ??= [];
        if (!_lines.TryGetValue(scheduler, out var line))
        {
            var folder = FolderFor(scheduler);
            _prompts ??= new PromptRelay();
            _lines[scheduler] = line = Run(token => _prompts.WaitAsync(BeginAsync(scheduler, folder, token), token));
            // Who gives up does not wait for what is taken back; the session does before it closes.
            EngineState.Current.Finish(line.Completion, Owner);
        }

        (_order ??= []).Enqueue(line);
        return line;
    }

    /// <summary>A bad way there ends the command before the first job. The line works by itself then, and asks when the pipeline waits for it.</summary>
    private async Task<SlurmSubmissionLine> BeginAsync(SlurmScheduler scheduler, string? folder, CancellationToken cancellationToken)
    {
        await scheduler.ConnectAsync(cancellationToken);
        EngineState.Current.Questioner.Use(_prompts!.Dialog);
        return new SlurmSubmissionLine(scheduler, folder, Stopped);
    }

    /// <summary>Writes what became of jobs, in the order they came in, as far as it is known.</summary>
    private void TakeWhatIsDone()
    {
        while (_order is not null && _order.TryPeek(out var line) && line.TryTake(out var submitted))
        {
            _order.Dequeue();
            Write(submitted, line.Scheduler);
        }
    }

    private void TakeAll()
    {
        foreach (var (_, line) in _lines ?? [])
        {
            line.Complete();
        }

        TakeWhatIsDone();
        while (_order is not null && _order.TryPeek(out var line) && Run(token => _prompts!.WaitAsync(line.WaitAsync(token), token)))
        {
            TakeWhatIsDone();
        }
    }

    private void Write(SlurmSubmitted submitted, SlurmScheduler scheduler)
    {
        switch (submitted)
        {
            case { Job: { } job }:
                Hand(scheduler, submitted.Request, job);
                break;
            case { Fault: { Kind: GpuOpsErrorKind.Unreachable or GpuOpsErrorKind.Authentication or GpuOpsErrorKind.NotFound } fault }:
                // It is the way there, and the others fare no better.
                GiveUpWaiting();
                throw fault;
            default:
                WriteFault(submitted.Fault!, submitted.Request);
                break;
        }
    }
}
