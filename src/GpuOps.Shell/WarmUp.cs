using System.Linq.Expressions;
using System.Management.Automation.Language;

namespace GpuOps.Shell;

/// <summary>Has the parser and the expression compiler loaded on another core while the runspace opens on this one.</summary>
internal static class WarmUp
{
    public static void Start() => new Thread(Run) { IsBackground = true, Name = "warm-up" }.Start();

    private static void Run()
    {
        Parser.ParseInput("@{ Name = 'x' }; exit 0", out _, out _);
        Expression.Lambda<Func<int>>(Expression.Constant(0)).Compile(preferInterpretation: true);
    }
}
