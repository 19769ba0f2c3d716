using System.Diagnostics;

namespace GpuOps.ServerTests;

/// <summary>Waits for the thing itself, and says what it was that never came.</summary>
internal static class Wait
{
    /// <summary>Long enough for a busy machine; nothing waits this long where all is well.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    public static void Until(Func<bool> condition, string what)
    {
        for (var clock = Stopwatch.StartNew(); !condition();)
        {
            Assert.True(clock.Elapsed < Patience, $"Waited in vain: {what}.");
            Thread.Sleep(Step);
        }
    }

    public static async Task<T> UntilAsync<T>(Func<T> look, Func<T, bool> condition, string what)
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            var seen = look();
            if (condition(seen))
            {
                return seen;
            }

            Assert.True(clock.Elapsed < Patience, $"Waited in vain: {what}. Last seen: {seen}");
            await Task.Delay(Step, TestContext.Current.CancellationToken);
        }
    }
}
