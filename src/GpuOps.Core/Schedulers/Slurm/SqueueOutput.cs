using System.Runtime.CompilerServices;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// The controller's jobs, as squeue prints them. It is <c>--Format</c> and not <c>--format</c> because only that one has
/// the allocated GPUs, the exit code, the restarts and the log paths; a width of 0 cuts nothing off, and what stands
/// behind the width is printed after the field.
/// </summary>
public static class SqueueOutput
{
    private static readonly string[] Fields =
    [
        "JobArrayID", "JobID", "Name", "UserName", "Account", "Partition", "QOS", "State", "Reason", "exit_code", "NodeList",
        "NumNodes", "NumCPUs", "tres-alloc", "tres-per-job", "tres-per-node", "tres-per-task", "NumTasks", "MinMemory",
        "SubmitTime", "StartTime", "EndTime", "TimeUsed", "TimeLimit", "PriorityLong", "RestartCnt", "Dependency", "WorkDir",
        "STDOUT", "STDERR", "Comment", "Cluster",
    ];

    // The order of Fields.
    private enum Field
    {
        Id, RawId, Name, User, Account, Partition, Qos, State, Reason, ExitCode, Nodes,
        NodeCount, Cpus, Tres, TresPerJob, TresPerNode, TresPerTask, Tasks, Memory,
        Submit, Start, End, Elapsed, TimeLimit, Priority, Restarts, Dependency, WorkFolder,
        Output, Error, Comment, Cluster,
    }

    /// <summary>
    /// What must be in squeue's environment: times that leave no doubt, and all indices of an array, which Slurm cuts
    /// after 64 characters otherwise.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["SLURM_TIME_FORMAT"] = SlurmTime.Format,
        ["SLURM_BITSTR_LEN"] = "0",
    };

    /// <summary>What squeue is asked for: no header, whole numbers, every field whole. Which jobs is the caller's to add.</summary>
    /// <param name="framing">What separates the fields of this query.</param>
    public static IReadOnlyList<string> ArgumentsOf(SlurmFraming framing)
    {
        ArgumentNullException.ThrowIfNull(framing);
        return ["--noheader", "--noconvert", "--Format", string.Join(",", Fields.Select(field => $"{field}:0{framing.Delimiter}"))];
    }

    /// <summary>Reads the jobs, one at a time.</summary>
    /// <param name="source">What squeue printed for <see cref="ArgumentsOf"/>.</param>
    /// <param name="framing">The framing it was asked with.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="Errors.GpuOpsException"><c>SlurmOutputCut</c>, <c>UnexpectedSlurmOutput</c>.</exception>
    public static async IAsyncEnumerable<SlurmJob> ReadAsync(
        TextReader source, SlurmFraming framing, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(framing);
        var record = new FramedReader(source, framing, Fields.Length);
        var (texts, gpus) = (new TextPool(), new GpuTexts());
        while (await record.ReadAsync(cancellationToken)) yield return Make(record, texts, gpus);
    }

    private static SlurmJob Make(FramedReader record, TextPool texts, GpuTexts gpuTexts)
    {
        if (!SlurmJobId.TryParse(record[(int)Field.Id].ToString(), out var id)) throw record.Unexpected();
        var state = SlurmJobStates.Parse(record[(int)Field.State]);
        var exit = SlurmExit.Read(record[(int)Field.ExitCode], state);
        var gpus = GpusOf(record, gpuTexts);
        var (output, error) = PathsOf(record, id, texts);
        return new()
        {
            Id = id,
            Name = texts.Get(record[(int)Field.Name]),
            User = texts.GetTold(record[(int)Field.User]),
            Account = texts.GetTold(record[(int)Field.Account]),
            Partition = texts.GetTold(record[(int)Field.Partition]),
            Qos = texts.GetTold(record[(int)Field.Qos]),
            State = state,
            StateText = texts.Get(record[(int)Field.State]),
            Reason = texts.GetTold(record[(int)Field.Reason]),
            ExitCode = exit.Code,
            Signal = exit.Signal,
            Nodes = texts.GetTold(record[(int)Field.Nodes]),
            NodeCount = SlurmNumber.Parse(record[(int)Field.NodeCount]),
            Cpus = SlurmNumber.Parse(record[(int)Field.Cpus]),
            Gpus = gpus.Total,
            GpuTypes = gpus.ByType,
            Memory = texts.GetTold(record[(int)Field.Memory]),
            SubmitTime = SlurmTime.Parse(record[(int)Field.Submit]),
            StartTime = SlurmTime.Parse(record[(int)Field.Start]),
            EndTime = SlurmTime.Parse(record[(int)Field.End]),
            Elapsed = SlurmDuration.Parse(record[(int)Field.Elapsed]),
            TimeLimit = SlurmDuration.Parse(record[(int)Field.TimeLimit]),
            Priority = SlurmNumber.ParseLong(record[(int)Field.Priority]),
            RestartCount = SlurmNumber.Parse(record[(int)Field.Restarts]),
            Dependency = texts.GetTold(record[(int)Field.Dependency]),
            WorkFolder = texts.Get(record[(int)Field.WorkFolder]),
            OutputPath = output,
            ErrorPath = error,
            Comment = texts.GetTold(record[(int)Field.Comment]),
            Cluster = texts.GetTold(record[(int)Field.Cluster]) is { Length: > 0 } cluster ? cluster : null,
        };
    }

    private static (string Output, string Error) PathsOf(FramedReader record, SlurmJobId id, TextPool texts)
    {
        var raw = record[(int)Field.RawId];
        var names = new SlurmLogNames(
            id,
            raw.SequenceEqual(id.ToString()) ? id.ToString() : raw.ToString(),
            texts.Get(record[(int)Field.Name]),
            texts.Get(record[(int)Field.User]),
            texts.GetTold(record[(int)Field.Nodes]),
            texts.Get(record[(int)Field.WorkFolder]));
        var output = record[(int)Field.Output];
        var error = record[(int)Field.Error];
        var path = PathOf(output, names);
        return (path, error.SequenceEqual(output) ? path : PathOf(error, names));
    }

    private static string PathOf(ReadOnlySpan<char> pattern, in SlurmLogNames names) =>
        pattern is "(null)" or "N/A" ? "" : SlurmLogPath.Expand(pattern.ToString(), names);

    private static SlurmGpus GpusOf(FramedReader record, GpuTexts gpus)
    {
        var counted = gpus.Read(record[(int)Field.Tres]);
        if (counted is not null && !counted.ByType.ContainsKey(SlurmGpus.AnyType)) return counted;
        var request = gpus.ReadRequest(
            record[(int)Field.TresPerJob],
            record[(int)Field.TresPerNode],
            SlurmNumber.Parse(record[(int)Field.NodeCount]),
            record[(int)Field.TresPerTask],
            SlurmNumber.Parse(record[(int)Field.Tasks]));
        return GpuTexts.Choose(counted, request) ?? SlurmGpus.None;
    }
}
