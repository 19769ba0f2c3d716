using System.Globalization;
using GpuOps.Channels;
using GpuOps.Cmdlets.Running;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

public sealed partial class SubmitGpuJobCommand
{
    private Dictionary<string, string> _variables = [];
    private string? _prologue;

    private JobPreparation Preparation => new() { Prologue = _prologue, Conda = Conda, Venv = Venv };

    /// <summary>Reads what all of the jobs have, once.</summary>
    private void Read()
    {
        _variables = SubmittedVariables.Of(this, EnvFile, EnvironmentVariable);
        _prologue = Prologue is null ? null : SubmittedScript.Read(this, Prologue, "PrologueUnreadable", "prologue", SubmittedScript.ReadText);
    }

    /// <summary>What was just given, so often as it is wanted and as the choices in it make.</summary>
    private IEnumerable<GpuJobRequest> Requests()
    {
        var request = Request();
        for (var times = 0; times < Repeat; times++)
        {
            foreach (var words in Expand ? Expanded(request.Arguments) : [request.Arguments])
            {
                yield return request with { Arguments = words };
            }
        }
    }

    private IReadOnlyList<IReadOnlyList<string>> Expanded(IReadOnlyList<string> words)
    {
        var commands = WordExpansion.Of(words, Random.Shared);
        return (long)commands.Count * Repeat <= WordExpansion.Limit ? commands : throw new GpuOpsException(
            "ExpansionInvalid", GpuOpsErrorKind.InvalidArgument,
            string.Create(CultureInfo.InvariantCulture, $"There would be {(long)commands.Count * Repeat} jobs, more than {WordExpansion.Limit}. Leave some choices out, or give a smaller -Repeat."));
    }

    private GpuJobRequest Request()
    {
        string[] words = ScriptBlock is null ? SubmittedWords.Of(ArgumentList) : [];
        return new GpuJobRequest
        {
            Name = Name,
            Arguments = [.. Command, .. words],
            Script = Script(),
            WorkFolder = WorkingDirectory is null ? SessionState.Path.CurrentFileSystemLocation.ProviderPath : GetUnresolvedProviderPathFromPSPath(WorkingDirectory),
            Variables = _variables,
            Demand = Demand(),
            Cpus = Cpu,
            Priority = Priority,
            TimeLimit = Time,
            Dependencies = [.. DependsOn.Select(id => new GpuJobDependency(id, DependencyType))],
            Hold = Hold,
            Retries = Retry,
            RetryExitCodes = RetryExitCode,
            MergeStreams = MergeStream,
            Tags = Tag,
        };
    }

    private ReadOnlyMemory<byte>? Script()
    {
        if (Path is not null)
        {
            return SubmittedScript.Read(this, Path);
        }

        if (ScriptBlock is not null)
        {
            var block = SubmittedBlock.Of(this, ScriptBlock) with
            {
                Arguments = SubmittedBlock.Pack(this, ScriptBlock, ArgumentList),
                Preferred = BlockProcess.FindProgram(this),
            };
            return PreparedScript.ForBlock(Preparation, block);
        }

        return Preparation.IsEmpty ? (ReadOnlyMemory<byte>?)null : PreparedScript.ForCommand(Preparation);
    }

    private GpuDemand? Demand()
    {
        var wishes = new[] { Gpu is > 0, GpuId is { Length: > 0 }, Share is not null, Memory is not null }.Count(static wish => wish);
        return wishes > 1
            ? throw new GpuOpsException("GpuDemandUnclear", GpuOpsErrorKind.InvalidArgument, "-Gpu, -GpuId, -Share and -Memory are four ways to say which GPUs the job needs. Give one of them.")
            : Gpu is > 0 ? new GpuDemand(Count: Gpu)
            : GpuId is { Length: > 0 } ? new GpuDemand(Ids: [.. GpuId.Distinct().Order()])
            : Share is not null ? new GpuDemand(Share: Share)
            : Memory is not null ? new GpuDemand(Memory: Memory)
            : null;
    }

    /// <summary>What the job does, for people.</summary>
    private string CommandOf(GpuJobRequest request)
    {
        IEnumerable<string> places =
        [
            .. Prologue is null ? Array.Empty<string>() : [$"after the prologue '{Prologue}'"],
            .. Conda is null ? Array.Empty<string>() : [$"in the conda environment '{Conda}'"],
            .. Venv is null ? Array.Empty<string>() : [$"in the virtual environment '{Venv}'"],
        ];
        var what = ScriptBlock is not null ? $"{{{ScriptBlock}}}" : PosixShell.Join(Path is null ? request.Arguments : request.Arguments.Prepend(Path));
        return string.Join(", ", places.Append(what));
    }
}
