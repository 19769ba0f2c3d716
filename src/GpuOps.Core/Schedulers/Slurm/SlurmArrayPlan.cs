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
    /// <returns>The request itself when it has no tasks with arguments of their own.</returns>
    public static IReadOnlyList<SlurmJobRequest> Split(SlurmJobRequest request, int size)
    {
        if (request.TaskArguments is not { Count: > 1 } tasks) return [request];
        SlurmJobRules.Check(request);
        var room = ScriptBytes - SlurmJobScript.Write(request with { TaskArguments = [[]] }).Length;
        List<SlurmJobRequest> arrays = [];
        List<IReadOnlyList<string>> some = [];
        var left = room;
        foreach (var words in tasks)
        {
            var bytes = Encoding.UTF8.GetByteCount(SlurmJobScript.LineOf(some.Count, words));
            if (some.Count > 0 && (some.Count == size || bytes > left))
            {
                arrays.Add(request with { TaskArguments = some });
                (some, left) = ([], room);
            }

            some.Add(words);
            left -= bytes;
        }

        return [.. arrays, request with { TaskArguments = some }];
    }
}
