namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// Jobs as <c>scontrol show job ID</c> prints them, with or without <c>-d</c>. The format has no delimiter that a user's
/// text could not hold: a name or comment with newlines can imitate every key, and even another job. So a key that occurs
/// twice in a job is left empty. What a job is should come from <see cref="SqueueOutput"/>, to be filled up with this.
/// </summary>
public static class ScontrolJobs
{
    private static readonly HashSet<string> FreeText =
    [
        "JobName", "Command", "WorkDir", "Comment", "AdminComment", "SystemComment", "StdErr", "StdIn", "StdOut", "SubmitLine", "Extra",
    ];

    /// <summary>Reads the jobs.</summary>
    /// <param name="text">What scontrol printed.</param>
    /// <param name="wanted">The ids that were asked for; what looks like another job is a user's text. None means all.</param>
    public static IReadOnlyList<SlurmJob> Parse(string text, params IReadOnlyCollection<SlurmJobId> wanted)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(wanted);
        return
        [
            .. Records(text).Select(Make).OfType<SlurmJob>()
                .Where(job => wanted.Count == 0 || wanted.Any(id => id.Covers(job.Id) || job.Id.Covers(id))),
        ];
    }

    private static List<ScontrolRecord> Records(string text)
    {
        const string Head = "JobId=";
        var records = new Dictionary<string, ScontrolRecord>();
        ScontrolRecord? record = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(Head, StringComparison.Ordinal))
            {
                var id = line[Head.Length..].Split(' ')[0];
                if (!records.TryGetValue(id, out record)) records[id] = record = new(id);
                AddPairs(record, line);
            }
            else if (record is not null && line.Trim().Length > 0)
            {
                AddLine(record, line);
            }
        }

        return [.. records.Values];
    }

    private static void AddLine(ScontrolRecord record, string line)
    {
        if (line.StartsWith("     Nodes=", StringComparison.Ordinal)) AddDetail(record, line);
        else if (ScontrolText.IsKeyLine(line)) AddPairs(record, line);
        else if (FreeText.Contains(record.LastKey)) record.Continue(line);
    }

    private static void AddPairs(ScontrolRecord record, string line)
    {
        foreach (var (key, value) in ScontrolText.Pairs(line, FreeText.Contains)) record.Add(key, value);
    }

    private static void AddDetail(ScontrolRecord record, string line)
    {
        var pairs = ScontrolText.Pairs(line, static _ => false).ToLookup(static pair => pair.Key, static pair => pair.Value);
        record.Details.Add((pairs["Nodes"].FirstOrDefault() ?? "", pairs["GRES"].FirstOrDefault() ?? ""));
    }

    private static SlurmJob? Make(ScontrolRecord record)
    {
        if (!SlurmJobId.TryParse(IdOf(record), out var id)) return null;
        var state = SlurmJobStates.Parse(record["JobState"]);
        var exit = SlurmExit.Read(record["ExitCode"], state);
        var gpus = GpusOf(record);
        return new()
        {
            Id = id,
            Name = record.TextOf("JobName"),
            User = record["UserId"].Split('(')[0],
            Account = record["Account"],
            Partition = record["Partition"],
            Qos = record["QOS"],
            State = state,
            StateText = record["JobState"],
            Reason = record["Reason"],
            ExitCode = exit.Code,
            Signal = exit.Signal,
            Nodes = record["NodeList"],
            NodeCount = SlurmNumber.Parse(record["NumNodes"]),
            Cpus = SlurmNumber.Parse(record["NumCPUs"]),
            Gpus = gpus?.Total,
            GpuTypes = (gpus ?? SlurmGpus.None).ByType,
            Memory = MemoryOf(record),
            SubmitTime = SlurmTime.Parse(record["SubmitTime"]),
            StartTime = SlurmTime.Parse(record["StartTime"]),
            EndTime = SlurmTime.Parse(record["EndTime"]),
            Elapsed = SlurmDuration.Parse(record["RunTime"]),
            TimeLimit = SlurmDuration.Parse(record["TimeLimit"]),
            Priority = SlurmNumber.ParseLong(record["Priority"]),
            RestartCount = SlurmNumber.Parse(record["Restarts"]),
            Dependency = record["Dependency"],
            WorkFolder = record["WorkDir"],
            OutputPath = record["StdOut"],
            ErrorPath = record["StdErr"],
            Command = record["Command"],
            Comment = record["Comment"],
            NodeGres = NodeGresOf(record),
        };
    }

    private static string IdOf(ScontrolRecord record)
    {
        if (record["HetJobId"] is { Length: > 0 } het) return $"{het}+{record["HetJobOffset"]}";
        if (record["ArrayTaskId"] is not { Length: > 0 } task) return record.RawId;
        return task.All(char.IsAsciiDigit) ? $"{record["ArrayJobId"]}_{task}" : $"{record["ArrayJobId"]}_[{task}]";
    }

    private static SlurmGpus? GpusOf(ScontrolRecord record)
    {
        var texts = new GpuTexts();
        var counted = texts.Read(record["AllocTRES"]) ?? texts.Read(record["TRES"]) ?? texts.Read(record["ReqTRES"]);
        var request = texts.Read(record["JOB_GRES"]) is { Total: > 0 } allocated ? allocated : texts.ReadRequest(
            record["TresPerJob"],
            record["TresPerNode"],
            SlurmNumber.Parse(record["NumNodes"]),
            record["TresPerTask"],
            SlurmNumber.Parse(record["NumTasks"]));
        return GpuTexts.Choose(counted, request);
    }

    private static string MemoryOf(ScontrolRecord record) =>
        record["MinMemoryCPU"] is { Length: > 0 } cpu ? cpu + "c"
        : record["MinMemoryNode"] is { Length: > 0 } node ? node + "n"
        : "";

    private static Dictionary<string, IReadOnlyList<SlurmTres>> NodeGresOf(ScontrolRecord record)
    {
        var gres = new Dictionary<string, IReadOnlyList<SlurmTres>>();
        foreach (var (nodes, text) in record.Details)
        {
            if (!SlurmTresText.TryParse(text, out var list) || list.Count == 0) continue;
            foreach (var node in SlurmHostList.Expand(nodes)) gres[node] = list;
        }

        return gres;
    }
}
