using System.Text;
using CsCheck;

namespace GpuOps.Unit.Channels;

/// <summary>Words that a shell could misread: all that Unicode has but NUL, and often what shells give a meaning to.</summary>
internal static class Words
{
    private static readonly string[] Meaningful =
    [
        "'", "\"", "$", "`", "\\", "\n", "\r", "\t", " ", "!", "!!", "!$", "*", "?", "~", "#", ";", "&", "|", "<", ">", "(", ")", "{a,b}", "[a]", "%", "%s", "\\n",
        "\\0101", "^a^b", "$(id)", "${HOME}", "-n", "--", "=", "\u007f", "\u001b[31m", "é", "漢", "😀", "\u0081", "\u0088", "\uffff", "'\\''", "\\'", "$'\\x41'",
    ];

    private static readonly Gen<string> Hostile = Gen.Int[0, Meaningful.Length - 1].Select(i => Meaningful[i]);

    private static readonly Gen<string> AnyRune =
        Gen.OneOf(Gen.Int[1, 0xff], Gen.Int[1, 0xd7ff], Gen.Int[0xe000, 0x10ffff]).Select(number => new Rune(number).ToString());

    /// <summary>One word, perhaps an empty one.</summary>
    public static Gen<string> Word { get; } = Gen.OneOf(Hostile, AnyRune, Gen.Char['a', 'z'].Select(c => $"{c}")).List[0, 12].Select(string.Concat);

    /// <summary>Several words.</summary>
    public static Gen<List<string>> Several { get; } = Word.List[1, 200];
}
