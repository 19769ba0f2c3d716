using System.Security.Cryptography;
using GpuOps.Channels;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm.Templates;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// Sends jobs to sbatch, each once. A job carries a word in its comment that no other has: when nobody can say whether
/// sbatch was heard, the job is looked up by it, and nothing is sent again.
/// </summary>
/// <param name="channel">The way to sbatch.</param>
/// <param name="commands">Slurm's commands there.</param>
/// <param name="options">The backend's options.</param>
/// <param name="tags">Finds jobs by their words.</param>
/// <param name="user">Whose jobs they are; null while that is not known.</param>
/// <param name="time">The clock.</param>
internal sealed class SlurmSubmission(ICommandChannel channel, SlurmCommands commands, SlurmOptions options, SlurmTags tags, Func<string?> user, TimeProvider time)
{
    private const int NoCommand = 127, Signal = 128;

    private readonly SlurmTemplates _templates = new(options.TemplateFolder ?? "");

    /// <summary>Reads a template.</summary>
    /// <param name="name">Its name; null for the backend's default.</param>
    /// <returns>Null when there is no default.</returns>
    public SlurmTemplate? FindTemplate(string? name) =>
        (name ?? options.Defaults.GetValueOrDefault("template")) is { } wanted ? _templates.Find(wanted) : null;

    /// <summary>What would go to sbatch, the mark of the job and what its variables hold left out.</summary>
    /// <param name="request">The job.</param>
    /// <exception cref="GpuOpsException">See <see cref="SbatchCommand.From"/>.</exception>
    public SbatchCommand Preview(SlurmJobRequest request)
    {
        var whole = WithDefaults(request);
        var hidden = whole.Environment.Variables.ToDictionary(static pair => pair.Key, static _ => "***");
        return SbatchCommand.From(Written(whole with { Environment = whole.Environment with { Variables = hidden } }));
    }

    /// <summary>How long the script of a job is, in bytes; 0 of one that can have none, which is told when it is sent.</summary>
    /// <param name="request">The job.</param>
    public long Measure(SlurmJobRequest request) => Write(request).Command?.Script.Length ?? 0;

    /// <summary>Submits jobs, several together.</summary>
    /// <param name="requests">The jobs.</param>
    /// <param name="folder">Where sbatch runs; null for where the channel begins.</param>
    /// <param name="cancellationToken">Gives up; jobs that were taken meanwhile are cancelled.</param>
    /// <returns>What became of each, in their order.</returns>
    public async Task<IReadOnlyList<SlurmSubmitted>> RunAsync(IReadOnlyList<SlurmJobRequest> requests, string? folder, CancellationToken cancellationToken)
    {
        Draft[] drafts = [.. requests.Select(Write)];
        await MakeFoldersAsync(Open(drafts), folder, cancellationToken);
        Draft[] sent = Open(drafts);
        try
        {
            await SendAsync(sent, folder, cancellationToken);
            await LookUpAsync([.. sent.Where(static draft => draft.Doubt is not null)], cancellationToken);
        }
        catch
        {
            // Nobody will hear of any of them.
            await tags.TakeBackAsync([.. Open(sent).Where(static draft => draft.Id is null).Select(static draft => draft.Tag)], [.. sent.Select(static draft => draft.Id).OfType<SlurmJobId>()]);
            throw;
        }

        return [.. drafts.Select(draft => new SlurmSubmitted(draft.Request, draft.Id is { } id ? JobOf(draft, id, folder) : null, draft.Fault))];
    }

    private static Draft[] Open(Draft[] drafts) => [.. drafts.Where(static draft => draft.Fault is null)];

    private Draft Write(SlurmJobRequest request)
    {
        var tag = SlurmTags.Next();
        var marked = request with { Comment = CommentOf(request, tag) };
        try
        {
            marked = Written(WithDefaults(marked));
            return new Draft(request, marked, tag) { Command = SbatchCommand.From(marked) };
        }
        catch (GpuOpsException fault)
        {
            return new Draft(request, marked, tag) { Fault = fault };
        }
    }

    private SlurmJobRequest WithDefaults(SlurmJobRequest request)
    {
        var whole = request.Script is null ? request with { Template = request.Template ?? FindTemplate(null) } : request;
        return SlurmDefaults.Apply(whole, options, () => Written(whole));
    }

    /// <summary>The request with the script that its template writes, if it has one.</summary>
    private static SlurmJobRequest Written(SlurmJobRequest request) => request is { Template: { } template, Script: null }
        ? SlurmTemplateScript.Apply(template, request)
        : request;

    private async Task SendAsync(Draft[] drafts, string? folder, CancellationToken cancellationToken)
    {
        if (drafts.Length == 0)
            return;
        try
        {
            foreach (var (draft, result) in drafts.Zip(await RunAsync(drafts, folder, cancellationToken)))
                Settle(draft, result);
        }
        catch (GpuOpsException fault)
        {
            foreach (var draft in drafts)
                Fail(draft, fault, isDoubtful: fault.Id == "ChannelLost");
        }
    }

    private async Task<CommandResult?[]> RunAsync(Draft[] drafts, string? folder, CancellationToken cancellationToken)
    {
        if (drafts is [var only])
            return [await commands.TryAsync(CommandOf(only.Command!) with { Folder = folder }, cancellationToken)];
        var mark = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var batch = SbatchBatch.Write(commands.PathOf("sbatch"), [.. drafts.Select(static draft => draft.Command!)], mark, isInOrder: drafts.Any(IsSingleton));
        return SbatchBatch.Read((await commands.TryAsync(batch with { Folder = folder }, cancellationToken)).OutputText, drafts.Length, mark);
    }

    /// <summary>Which of those goes first is decided by their ids.</summary>
    private static bool IsSingleton(Draft draft) => draft.Marked.Dependencies.Any(static it => it.Type == SlurmDependencyType.Singleton);

    private void Settle(Draft draft, CommandResult? result)
    {
        if (result is null)
            draft.Doubt = Unreadable("");
        else if (result.ExitCode == 0)
        {
            draft.Id = SbatchOutput.ParseJobId(result.OutputText);
            draft.Doubt = draft.Id is null ? Unreadable(result.OutputText) : null;
        }
        else if (result.ExitCode == NoCommand && string.IsNullOrWhiteSpace(result.OutputText + result.ErrorText))
            draft.Fault = commands.NotFound(commands.PathOf("sbatch"));
        else if (result.ExitCode is NoCommand or >= Signal)
            draft.Doubt = Ended(result);
        else
        {
            var complaint = SlurmComplaints.Read(result.ErrorText);
            // The controller may have taken the job and fallen silent before it said so.
            Fail(draft, commands.Explain(complaint, "sbatch"), isDoubtful: complaint.Trouble == SlurmTrouble.ControllerAway && !SlurmComplaints.NeverReached(complaint));
        }
    }

    private static void Fail(Draft draft, GpuOpsException fault, bool isDoubtful)
    {
        if (isDoubtful)
            draft.Doubt = fault;
        else
            draft.Fault = fault;
    }

    private static string CommentOf(SlurmJobRequest request, string tag)
    {
        var own = request.Comment ?? SbatchDirectives.Find(request, "comment", '\0');
        return own is null ? tag : $"{own} {tag}";
    }

    private ChannelCommand CommandOf(SbatchCommand command)
    {
        // Behind /dev/stdin must be a pipe, and what a channel offers may be a socket.
        string[] pipe = command.Arguments.Contains("/dev/stdin") ? ["/bin/sh", "-c", "command -v \"$1\" >/dev/null || exit 127; cat | \"$@\"", "sh"] : [];
        return new ChannelCommand([.. pipe, commands.PathOf("sbatch"), .. command.Arguments]) { Input = command.Script, Environment = command.Environment };
    }

    /// <summary>Makes the folders of all jobs at once, and where that fails those of each, to see whose cannot be made.</summary>
    private async Task MakeFoldersAsync(Draft[] drafts, string? folder, CancellationToken cancellationToken)
    {
        string[] folders = [.. drafts.SelectMany(static draft => draft.Command!.LogFolders).Distinct(StringComparer.Ordinal)];
        if (folders.Length == 0)
            return;
        var fault = await MakeAsync(folders, folder, cancellationToken);
        if (fault is null)
            return;
        foreach (var draft in drafts.Where(static draft => draft.Command!.LogFolders.Count > 0))
            draft.Fault = drafts.Length == 1 ? fault : await MakeAsync(draft.Command!.LogFolders, folder, cancellationToken);
    }

    private async Task<GpuOpsException?> MakeAsync(IReadOnlyList<string> folders, string? folder, CancellationToken cancellationToken)
    {
        try
        {
            var result = await channel.RunAsync(new ChannelCommand(["mkdir", "-p", "--", .. folders]) { Folder = folder }, cancellationToken);
            return result.ExitCode == 0 ? null : new GpuOpsException("SlurmLogFolderFailed", GpuOpsErrorKind.NotAllowed,
                $"The folder for the job's log cannot be made on {channel.Description}: {Values.Sentence.Of(result.ErrorText)} The job was not submitted.", folders);
        }
        catch (GpuOpsException fault)
        {
            return fault;
        }
    }

    private async Task LookUpAsync(Draft[] doubtful, CancellationToken cancellationToken)
    {
        if (doubtful.Length == 0)
            return;
        var found = await tags.FindAsync([.. doubtful.Select(static draft => draft.Tag)], cancellationToken);
        foreach (var draft in doubtful)
        {
            if (found.TryGetValue(draft.Tag, out var id))
                draft.Id = id;
            else
                draft.Fault = new GpuOpsException("SlurmSubmissionUnknown", GpuOpsErrorKind.Lost,
                    $"{Values.Sentence.Of(draft.Doubt!.Message)} Nobody can say whether the job was taken; it was not sent again. If it was, its comment has '{draft.Tag}': Get-SlurmJob -Since 1h | Where-Object Comment -like '*{draft.Tag}'.", draft.Tag, draft.Doubt);
        }
    }

    private SlurmJob JobOf(Draft draft, SlurmJobId id, string? folder) =>
        new SlurmTakenJob(draft.Command!, folder, user() ?? "").ToJob(id) with { SubmitTime = time.GetLocalNow().DateTime, Backend = options.Backend };

    private GpuOpsException Unreadable(string said) => new("SlurmJobIdUnreadable", GpuOpsErrorKind.InvalidData,
        $"sbatch on {channel.Description} did not say the job's id but: {Values.Excerpt.Of(said.Trim())}", options.Backend);

    private GpuOpsException Ended(CommandResult result) => new("SlurmSubmissionEnded", GpuOpsErrorKind.Lost,
        $"sbatch on {channel.Description} ended with {result.ExitCode}, maybe after the job was taken: {Values.Excerpt.Of((result.OutputText + result.ErrorText).Trim())}", options.Backend);

    /// <summary>A job on its way: it ends with an id or a fault, maybe after a doubt.</summary>
    private sealed record Draft(SlurmJobRequest Request, SlurmJobRequest Marked, string Tag)
    {
        public SbatchCommand? Command { get; init; }

        public SlurmJobId? Id { get; set; }

        public GpuOpsException? Fault { get; set; }

        public GpuOpsException? Doubt { get; set; }
    }
}
