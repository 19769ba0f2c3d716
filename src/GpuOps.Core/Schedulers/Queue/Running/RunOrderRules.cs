using GpuOps.Errors;
using GpuOps.Processes;
using GpuOps.Values;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>What an order must be, so that it means the same to the system as to who gave it.</summary>
internal static class RunOrderRules
{
    /// <summary>Checks an order.</summary>
    /// <param name="order">The order.</param>
    /// <returns>Its id.</returns>
    /// <exception cref="GpuOpsException"><c>InvalidRunOrder</c>. Values of variables are not in the message: they may be secret.</exception>
    public static RunId Check(RunOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        var id = RunId.Parse(order.Id);
        Require(order.Arguments.Count > 0 && order.Arguments[0].Length > 0, order, "no program is named");
        foreach (var argument in order.Arguments)
        {
            Require(ProgramText.IsValid(argument), order, $"the argument '{Excerpt.Of(argument)}' has a character that no program can be given");
        }

        foreach (var (name, value) in order.Variables)
        {
            Require(ProgramText.IsVariableName(name), order, $"'{Excerpt.Of(name)}' cannot be the name of a variable");
            Require(ProgramText.IsValid(value), order, $"the variable '{name}' has a character that no program can be given");
        }

        foreach (var path in new[] { order.WorkFolder, order.OutputPath, order.ErrorPath })
        {
            Require(path.StartsWith('/') && ProgramText.IsValid(path), order, $"'{Excerpt.Of(path)}' is not an absolute path");
        }

        Require(order.Reservation is not { Backend.Length: 0 }, order, "its reservation does not say which pool it is from");
        Require(order.Grace >= TimeSpan.Zero && (order.TimeLimit ?? TimeSpan.Zero) >= TimeSpan.Zero, order, "a time is below zero");
        return id;
    }

    private static void Require(bool holds, RunOrder order, string what)
    {
        if (!holds)
        {
            throw new GpuOpsException("InvalidRunOrder", GpuOpsErrorKind.InvalidArgument, $"The start {order.Id} cannot be ordered: {what}.", order.Id);
        }
    }
}
