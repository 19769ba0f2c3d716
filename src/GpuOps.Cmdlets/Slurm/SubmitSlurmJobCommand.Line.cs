using GpuOps.Cmdlets.Module;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

public sealed partial class SubmitSlurmJobCommand
{
    private Dictionary<SlurmScheduler, SlurmSubmissionLine>? _lines;
    private Queue<SlurmSubmissionLine>? _order;

    /// <summary>The line of a cluster, to which one job is about to be added.</summary>
    private SlurmSubmissionLine Line(SlurmScheduler scheduler)
    {
        _lines ??= [];
        if (!_lines.TryGetValue(scheduler, out var line))
        {
            // The line works by itself, where nobody could be asked for a passphrase.
            Run(async token =>
            {
                await scheduler.ConnectAsync(token);
                return true;
            });
            _lines[scheduler] = line = new SlurmSubmissionLine(scheduler, FolderFor(scheduler), Stopped);
            // Who gives up does not wait for what is taken back; the session does before it closes.
            EngineState.Current.Finish(line.Completion, Owner);
        }

        (_order ??= []).Enqueue(line);
        return line;
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
        while (_order is not null && _order.TryPeek(out var line) && Run(line.WaitAsync))
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
