using System.Text;

namespace GpuOps.Schedulers.Slurm;

/// <summary>Cuts an array whose tasks have arguments of their own into as many as Slurm takes.</summary>
internal static class SlurmArrayPlan
{
    /// <summary>The tasks an array may have where nobody has set MaxArraySize.</summary>
    public const int UsualSize = 1001;

    // Slurm's max_script_size where nobody has set it (slurm.conf(5)).
    private const int ScriptBytes = 4 * 1024 * 1024;

    /// <summary>The arrays that have all the tasks, in order; each begins with task 0.</summary>
    /// <param name="request">The request.</param>
    /// <param name="size">How many tasks one may have.</param>
    /// <param name="measure">The bytes of the script that a request gets.</param>
    /// <returns>The request itself when it has no tasks with arguments of their own.</returns>
    public static IReadOnlyList<SlurmJobRequest> Split(SlurmJobRequest request, int size, Func<SlurmJobRequest, long> measure)
    {
        if (request.TaskArguments is not { Count: > 1 } tasks) return [request];
        SlurmJobRules.Check(request);
        List<SlurmJobRequest> arrays = [];
        for (var at = 0; at < tasks.Count; at += arrays[^1].TaskArguments!.Count)
        {
            var array = First(MostFrom(tasks, at, size));
            // Its lines are not all of the script, and a template may have them twice.
            while (array.TaskArguments!.Count is > 1 and var count && measure(array) is > ScriptBytes and var bytes)
                array = First((int)Math.Clamp(count * (long)ScriptBytes / bytes, 1, count - 1));
            arrays.Add(array);

            SlurmJobRequest First(int count) => request with { TaskArguments = [.. tasks.Skip(at).Take(count)] };
        }

        return arrays;
    }

    /// <summary>How many tasks from one on could fit, if their lines were all of the script.</summary>
    private static int MostFrom(IReadOnlyList<IReadOnlyList<string>> tasks, int at, int size)
    {
        var (count, left) = (0, (long)ScriptBytes);
        while (count < size && at + count < tasks.Count && (left -= Encoding.UTF8.GetByteCount(SlurmJobScript.LineOf(count, tasks[at + count]))) >= 0)
            count++;
        return Math.Max(count, 1);
    }
}
