using System.Runtime.CompilerServices;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// The accounting's jobs, as sacct prints them. <c>--parsable</c> and not <c>--parsable2</c>: it puts the delimiter
/// behind the last field too, so that the end of a record is known although names and comments may hold newlines.
/// </summary>
public static class SacctOutput
{
    // All of them known to Slurm 22.05, which refuses the whole query for one that it does not know, like Restarts.
    private const string Fields =
        "JobID,JobName,User,Account,Partition,QOS,State,ExitCode,DerivedExitCode,Reason,NodeList,NNodes,AllocCPUS,AllocTRES,"
        + "ReqTRES,ReqMem,Submit,Start,End,Elapsed,Timelimit,Priority,WorkDir,Comment,Cluster";

    // The order of Fields.
    private enum Field
    {
        Id, Name, User, Account, Partition, Qos, State, ExitCode, DerivedExitCode, Reason, Nodes, NodeCount, Cpus, Tres,
        RequestedTres, Memory, Submit, Start, End, Elapsed, TimeLimit, Priority, WorkFolder, Comment, Cluster,
    }

    /// <summary>What must be in sacct's environment.</summary>
    public static IReadOnlyDictionary<string, string> Environment => SqueueOutput.Environment;

    /// <summary>What sacct is asked for. Which jobs is the caller's to add.</summary>
    /// <param name="framing">What separates the fields of this query.</param>
    public static IReadOnlyList<string> ArgumentsOf(SlurmFraming framing)
    {
        ArgumentNullException.ThrowIfNull(framing);
        return ["--noheader", "--noconvert", "--parsable", $"--delimiter={framing.Delimiter}", "--format", Fields];
    }

    /// <summary>Reads the jobs; their steps are folded into them.</summary>
    /// <param name="source">What sacct printed for <see cref="ArgumentsOf"/>.</param>
    /// <param name="framing">The framing it was asked with.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="Errors.GpuOpsException"><c>SlurmOutputCut</c>, <c>UnexpectedSlurmOutput</c>.</exception>
    public static async IAsyncEnumerable<SlurmJob> ReadAsync(
        TextReader source, SlurmFraming framing, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(framing);
        var record = new FramedReader(source, framing, (int)Field.Cluster + 1);
        var (texts, gpus) = (new TextPool(), new GpuTexts());
        SlurmJob? job = null;
        while (await record.ReadAsync(cancellationToken))
        {
            if (!SlurmJobId.TryParse(record[(int)Field.Id].ToString(), out var id)) throw record.Unexpected();
            if (id.IsStep)
            {
                if (job is not null && job.Id == id.Job) job = Fold(job, record);
                continue;
            }

            if (job is not null) yield return job;
            job = Make(id, record, texts, gpus);
        }

        if (job is not null) yield return job;
    }

    /// <summary>A step that ran out of memory explains a failed job, whose own record may name no reason.</summary>
    private static SlurmJob Fold(SlurmJob job, FramedReader step) =>
        job is { State: SlurmJobState.Failed, Reason: "" } && SlurmJobStates.Parse(step[(int)Field.State]) == SlurmJobState.OutOfMemory
            ? job with { Reason = "OutOfMemory" }
            : job;

    private static SlurmJob Make(SlurmJobId id, FramedReader record, TextPool texts, GpuTexts gpuTexts)
    {
        var state = SlurmJobStates.Parse(record[(int)Field.State]);
        var exit = ExitOf(record, state);
        var gpus = GpusOf(record, state, gpuTexts);
        return new()
        {
            Id = id,
            Name = texts.Get(record[(int)Field.Name]),
            User = texts.Get(record[(int)Field.User]),
            Account = texts.Get(record[(int)Field.Account]),
            Partition = texts.Get(record[(int)Field.Partition]),
            Qos = texts.Get(record[(int)Field.Qos]),
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
            Memory = texts.Get(record[(int)Field.Memory]),
            SubmitTime = SlurmTime.Parse(record[(int)Field.Submit]),
            StartTime = SlurmTime.Parse(record[(int)Field.Start]),
            EndTime = SlurmTime.Parse(record[(int)Field.End]),
            Elapsed = SlurmDuration.Parse(record[(int)Field.Elapsed]),
            TimeLimit = SlurmDuration.Parse(record[(int)Field.TimeLimit]),
            Priority = SlurmNumber.ParseLong(record[(int)Field.Priority]),
            WorkFolder = texts.Get(record[(int)Field.WorkFolder]),
            Comment = texts.Get(record[(int)Field.Comment]),
            Cluster = texts.Get(record[(int)Field.Cluster]) is { Length: > 0 } cluster ? cluster : null,
        };
    }

    // A job that is over and never had nodes had no GPUs either.
    private static SlurmGpus GpusOf(FramedReader record, SlurmJobState state, GpuTexts gpus) =>
        gpus.Read(record[(int)Field.Tres])
        ?? (SlurmJobStates.IsFinal(state) ? null : gpus.Read(record[(int)Field.RequestedTres]))
        ?? SlurmGpus.None;

    /// <summary>The script's exit code; for an <c>salloc</c> session, whose own is 0, the worst of its steps'.</summary>
    private static SlurmExit ExitOf(FramedReader record, SlurmJobState state)
    {
        var own = SlurmExit.Read(record[(int)Field.ExitCode], state);
        return state == SlurmJobState.Failed && own is { Code: null, Signal: null }
            ? SlurmExit.Read(record[(int)Field.DerivedExitCode], state)
            : own;
    }
}
