using System.Diagnostics;

namespace GpuOps.Hosted.Hosting;

/// <summary>Waits for the thing itself, and says what it was that never came.</summary>
internal static class Wait
{
    /// <summary>Long enough for a busy machine; nothing waits this long where all is well.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(15);

    public static void Until(Func<bool> condition, string what) => Until(condition, static it => it, what);

    public static T Until<T>(Func<T> look, Func<T, bool> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var seen = look();
            if (condition(seen))
            {
                return seen;
            }

            if (clock.Elapsed > Patience)
            {
                throw new TimeoutException($"Waited {Patience.TotalSeconds} s in vain: {what}. Last seen: {seen}");
            }

            Thread.Sleep(Step);
        }
    }
}
