using System.Diagnostics.CodeAnalysis;
using GpuOps.Errors;
using GpuOps.Pools.Rules;
using GpuOps.Processes;
using GpuOps.Values;

namespace GpuOps.Schedulers.Queue;

/// <summary>Refuses what no job can be, before it is taken.</summary>
public static class JobRules
{
    /// <summary>Checks a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cores">The cores that jobs without GPUs have together.</param>
    /// <exception cref="GpuOpsException"><c>InvalidJob</c>, or what a demand is refused with. Values of variables are not in the message.</exception>
    public static void Check(GpuJobRequest request, int cores)
    {
        ArgumentNullException.ThrowIfNull(request);
        CheckProgram(request);
        CheckNumbers(request, cores);
        Require(IsLine(request.Name), request, "its name has to be one line of text");
        Require(request.Tags.All(static tag => tag is { Length: > 0 } && IsLine(tag)), request, "a tag has to be one line of text");
        foreach (var (name, value) in request.Variables)
        {
            Require(ProgramText.IsVariableName(name), request, $"'{Excerpt.Of(name)}' cannot be the name of a variable");
            Require(ProgramText.IsValid(value), request, $"the variable '{name}' has a character that no program can be given");
        }

        Require(request.Dependencies.All(static job => job is { Id: not null }), request, "a job to be waited for has no id");
        if (request.Demand is { } demand)
            RequestRules.Check(demand);
    }

    /// <summary>Checks a change.</summary>
    /// <param name="change">The change.</param>
    /// <exception cref="GpuOpsException"><c>InvalidJob</c>.</exception>
    public static void Check(GpuJobChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Require(change.Name is null || IsLine(change.Name), change, "its name has to be one line of text");
        Require(change.TimeLimit is null || change.TimeLimit > TimeSpan.Zero, change, "a time limit has to be above zero");
    }

    private static void CheckProgram(GpuJobRequest request)
    {
        Require(request.Script is not null || request.Arguments is [{ Length: > 0 }, ..], request, "no program is named");
        foreach (var argument in request.Arguments)
            Require(ProgramText.IsValid(argument), request, $"the argument '{Excerpt.Of(argument)}' has a character that no program can be given");
        Require(request.WorkFolder.StartsWith('/') && ProgramText.IsValid(request.WorkFolder), request, $"the folder '{Excerpt.Of(request.WorkFolder)}' is not an absolute path");
        Require(request.Script is not { } script || script.Span.StartsWith("#!"u8), request, "its script's first line has to say what runs it, such as #!/bin/sh");
    }

    private static void CheckNumbers(GpuJobRequest request, int cores)
    {
        Require(request.TimeLimit is null || request.TimeLimit > TimeSpan.Zero, request, "a time limit has to be above zero");
        Require(request.Grace >= TimeSpan.Zero, request, "the time it has to end by itself is below zero");
        Require(request.Retries >= 0, request, $"it cannot be started again {request.Retries} times");
        Require(request.Cpus >= 1, request, $"it cannot have {request.Cpus} CPUs");
        if (request.Demand is null)
            Require(request.Cpus <= cores, request, $"it wants {request.Cpus} CPUs, and jobs without GPUs have {cores} together");
    }

    private static bool IsLine([NotNullWhen(true)] string? text) => ProgramText.IsValid(text) && !text.Any(char.IsControl);

    private static void Require(bool holds, object target, string what)
    {
        if (!holds)
            throw new GpuOpsException("InvalidJob", GpuOpsErrorKind.InvalidArgument, $"The job cannot be taken: {what}.", target);
    }
}
