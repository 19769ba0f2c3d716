using System.Globalization;

namespace GpuOps.Pools.Sqlite;

/// <summary>The units held, as text: <c>0:10000,3:10000</c>.</summary>
internal static class HeldText
{
    public static string Format(IReadOnlyList<(int Gpu, int Units)> held) => held switch
    {
        [] => "",
        [var only] => Format(only),
        _ => string.Join(',', held.Select(Format)),
    };

    /// <summary>Reads it back.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is something else.</exception>
    public static (int Gpu, int Units)[] Parse(string text)
    {
        if (text.Length == 0)
        {
            return [];
        }

        List<(int, int)> held = [];
        foreach (var range in text.AsSpan().Split(','))
        {
            var part = text.AsSpan(range);
            var colon = part.IndexOf(':');
            if (colon < 0)
            {
                throw new FormatException();
            }

            held.Add((int.Parse(part[..colon], CultureInfo.InvariantCulture), int.Parse(part[(colon + 1)..], CultureInfo.InvariantCulture)));
        }

        return [.. held];
    }

    private static string Format((int Gpu, int Units) held) => string.Create(CultureInfo.InvariantCulture, $"{held.Gpu}:{held.Units}");
}
