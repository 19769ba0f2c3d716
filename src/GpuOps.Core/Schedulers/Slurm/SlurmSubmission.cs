using System.Security.Cryptography;
using GpuOps.Channels;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// Sends jobs to sbatch, each once. A job carries a word in its comment that no other has: when nobody can say whether
/// sbatch was heard, the job is looked up by it, and nothing is sent again.
/// </summary>
/// <param name="channel">The way to sbatch.</param>
/// <param name="commands">Slurm's commands there.</param>
/// <param name="options">The backend's options.</param>
/// <param name="time">The clock.</param>
internal sealed class SlurmSubmission(ICommandChannel channel, SlurmCommands commands, SlurmOptions options, TimeProvider time)
{
    private const int Looks = 5, TagLength = 16, NoCommand = 127;
    private const string Mark = "gpuops:";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1), CleanupTime = TimeSpan.FromSeconds(20);

    /// <summary>What would go to sbatch, the mark of the job and what its variables hold left out.</summary>
    /// <param name="request">The job.</param>
    /// <exception cref="GpuOpsException">See <see cref="SbatchCommand.From"/>.</exception>
    public SbatchCommand Preview(SlurmJobRequest request)
    {
        var hidden = request.Environment.Variables.ToDictionary(static pair => pair.Key, static _ => "***");
        return SbatchCommand.From(SlurmDefaults.Apply(request with { Environment = request.Environment with { Variables = hidden } }, options));
    }

    /// <summary>Submits a job.</summary>
    /// <param name="request">The job.</param>
    /// <param name="folder">Where sbatch runs; null for where the channel begins.</param>
    /// <param name="find">Finds one's own job with a word in its comment.</param>
    /// <param name="cancellationToken">Gives up; a job that was taken meanwhile is cancelled.</param>
    /// <returns>The job as it is known without asking again.</returns>
    public async Task<SlurmJob> RunAsync(
        SlurmJobRequest request, string? folder, Func<string, CancellationToken, Task<SlurmJobId?>> find, CancellationToken cancellationToken)
    {
        var tag = Mark + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", TagLength);
        var marked = SlurmDefaults.Apply(request with { Comment = CommentOf(request, tag) }, options);
        var command = SbatchCommand.From(marked);
        await MakeFoldersAsync(command.LogFolders, folder, cancellationToken);
        return new SlurmJob
        {
            Id = await SendAsync(command, folder, tag, find, cancellationToken),
            Name = SbatchOptions.NameOf(marked) ?? SbatchDirectives.Find(marked, "job-name", 'J') ?? "",
            Partition = marked.Resources.Partition ?? SbatchDirectives.Find(marked, "partition", 'p') ?? "",
            Comment = marked.Comment ?? "",
            State = SlurmJobState.Pending,
            SubmitTime = time.GetLocalNow().DateTime,
            Backend = options.Backend,
        };
    }

    private async Task<SlurmJobId> SendAsync(
        SbatchCommand command, string? folder, string tag, Func<string, CancellationToken, Task<SlurmJobId?>> find, CancellationToken cancellationToken)
    {
        CommandResult result;
        try
        {
            result = await commands.TryAsync(CommandOf(command, folder), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await TakeBackAsync(tag, find);
            throw;
        }
        catch (GpuOpsException fault) when (fault.Id == "ChannelLost")
        {
            return await LookUpAsync(tag, find, fault, cancellationToken);
        }

        if (result.ExitCode == 0)
            return SbatchOutput.ParseJobId(result.OutputText) ?? await LookUpAsync(tag, find, Unreadable(result), cancellationToken);
        if (result.ExitCode == NoCommand)
            throw commands.NotFound(commands.PathOf("sbatch"));
        var complaint = SlurmComplaints.Read(result.ErrorText);
        var refusal = commands.Explain(complaint, "sbatch");
        // The controller may have taken the job and fallen silent before it said so.
        return complaint.Trouble == SlurmTrouble.ControllerAway ? await LookUpAsync(tag, find, refusal, cancellationToken) : throw refusal;
    }

    private static string CommentOf(SlurmJobRequest request, string tag)
    {
        var own = request.Comment ?? SbatchDirectives.Find(request, "comment", '\0');
        return own is null ? tag : $"{own} {tag}";
    }

    private ChannelCommand CommandOf(SbatchCommand command, string? folder)
    {
        // Behind /dev/stdin must be a pipe, and what a channel offers may be a socket.
        string[] pipe = command.Arguments.Contains("/dev/stdin") ? ["/bin/sh", "-c", "command -v \"$1\" >/dev/null || exit 127; cat | \"$@\"", "sh"] : [];
        return new ChannelCommand([.. pipe, commands.PathOf("sbatch"), .. command.Arguments]) { Input = command.Script, Environment = command.Environment, Folder = folder };
    }

    private async Task MakeFoldersAsync(IReadOnlyList<string> folders, string? folder, CancellationToken cancellationToken)
    {
        if (folders.Count == 0)
            return;
        var result = await channel.RunAsync(new ChannelCommand(["mkdir", "-p", "--", .. folders]) { Folder = folder }, cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new GpuOpsException("SlurmLogFolderFailed", GpuOpsErrorKind.NotAllowed,
                $"The folder for the job's log cannot be made on {channel.Description}: {result.ErrorText.Trim()} The job was not submitted.", folders);
        }
    }

    private async Task<SlurmJobId> LookUpAsync(
        string tag, Func<string, CancellationToken, Task<SlurmJobId?>> find, GpuOpsException cause, CancellationToken cancellationToken)
    {
        for (var look = 0; look < Looks; look++)
        {
            try
            {
                if (await find(tag, cancellationToken) is { } id)
                    return id;
            }
            catch (GpuOpsException)
            {
                // Neither can it be asked just now.
            }

            await Task.Delay(BetweenLooks, time, cancellationToken);
        }

        throw new GpuOpsException("SlurmSubmissionUnknown", GpuOpsErrorKind.Lost,
            $"{cause.Message} Nobody can say whether the job was taken; it was not sent again. If it was, its comment has '{tag}': Get-SlurmJob -Since 1h | Where-Object Comment -like '*{tag}'.", tag, cause);
    }

    private async Task TakeBackAsync(string tag, Func<string, CancellationToken, Task<SlurmJobId?>> find)
    {
        using var limit = new CancellationTokenSource(CleanupTime);
        try
        {
            // What was just ended may have been heard a moment before.
            for (var look = 0; look < Looks; look++)
            {
                if (await find(tag, limit.Token) is { } id)
                {
                    await commands.TryAsync("scancel", [id.ToString()], limit.Token);
                    return;
                }

                await Task.Delay(BetweenLooks, time, limit.Token);
            }
        }
        catch (Exception fault) when (fault is GpuOpsException or OperationCanceledException)
        {
            // The cluster cannot be reached any more; the job, if there is one, is listed with the others.
        }
    }

    private GpuOpsException Unreadable(CommandResult result) => new("SlurmJobIdUnreadable", GpuOpsErrorKind.InvalidData,
        $"sbatch on {channel.Description} did not say the job's id but: {Values.Excerpt.Of(result.OutputText.Trim())}", options.Backend);
}
