using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

public sealed partial class SubmitSlurmJobCommand
{
    private Dictionary<SlurmScheduler, List<IReadOnlyList<string>>>? _tasks;

    /// <summary>Submits what was piped in with -AsArray. Of several clusters one that refuses does not keep the others from theirs.</summary>
    private void SubmitArrays()
    {
        foreach (var (scheduler, tasks) in _tasks ?? [])
        {
            try
            {
                SubmitArrays(scheduler, Request(scheduler, []) with { TaskArguments = tasks });
            }
            catch (GpuOpsException fault) when (_tasks!.Count > 1)
            {
                WriteFault(fault);
            }
            catch (GpuOpsException)
            {
                GiveUpWaiting();
                throw;
            }
        }
    }

    private void SubmitArrays(SlurmScheduler scheduler, SlurmJobRequest whole)
    {
        var arrays = Run(token => scheduler.PlanAsync(whole, token));
        List<string> sent = [];
        var first = 1;
        foreach (var array in arrays)
        {
            var tasks = Span(first, array.TaskArguments!.Count);
            try
            {
                if (Submit(scheduler, array) is { } job)
                {
                    sent.Add($"{tasks} as job {job.Id}");
                }
            }
            catch (GpuOpsException fault) when (arrays.Count > 1)
            {
                throw Partial(fault, whole, first, array.TaskArguments.Count, sent);
            }

            first += array.TaskArguments.Count;
        }
    }

    /// <summary>The same error, which also says what became of the tasks. Its target is the request of that part and of what is behind it.</summary>
    private static GpuOpsException Partial(GpuOpsException fault, SlurmJobRequest whole, int first, int count, List<string> sent)
    {
        var rest = whole.TaskArguments!.Count - (first - 1) - count;
        var unsent = rest == 0 ? "" : $" Not sent after it: {Span(first + count, rest)}.";
        var before = sent.Count == 0 ? "nothing" : string.Join(", ", sent);
        return new GpuOpsException(fault.Id, fault.Kind,
            $"{fault.Message.TrimEnd('.')}. That was {Span(first, count)} of the {whole.TaskArguments.Count} tasks piped in.{unsent} Submitted before: {before}.",
            whole with { TaskArguments = [.. whole.TaskArguments.Skip(first - 1)] }, fault);
    }

    /// <summary>Tasks as they were counted when they were piped in, from 1.</summary>
    private static string Span(int first, int count) => count == 1 ? $"{first}" : $"{first} to {first + count - 1}";
}
