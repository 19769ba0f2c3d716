using System.Text;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>What an order must be, so that it means the same to the system as to who gave it.</summary>
internal static class RunOrderRules
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

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
            Require(IsText(argument), order, $"the argument '{Excerpt.Of(argument)}' has a character that no program can be given");
        }

        foreach (var (name, value) in order.Variables)
        {
            Require(name.Length > 0 && !name.Contains('=', StringComparison.Ordinal) && IsText(name), order, $"'{Excerpt.Of(name)}' cannot be the name of a variable");
            Require(IsText(value), order, $"the variable '{name}' has a character that no program can be given");
        }

        foreach (var path in new[] { order.WorkFolder, order.OutputPath, order.ErrorPath })
        {
            Require(path.StartsWith('/') && IsText(path), order, $"'{Excerpt.Of(path)}' is not an absolute path");
        }

        Require(order.Grace >= TimeSpan.Zero && (order.TimeLimit ?? TimeSpan.Zero) >= TimeSpan.Zero, order, "a time is below zero");
        return id;
    }

    /// <summary>A zero ends a string for the system, and half a surrogate pair has no bytes.</summary>
    private static bool IsText(string text)
    {
        try
        {
            return !text.Contains('\0', StringComparison.Ordinal) && Strict.GetByteCount(text) >= 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    private static void Require(bool holds, RunOrder order, string what)
    {
        if (!holds)
        {
            throw new GpuOpsException("InvalidRunOrder", GpuOpsErrorKind.InvalidArgument, $"The start {order.Id} cannot be ordered: {what}.", order.Id);
        }
    }
}
