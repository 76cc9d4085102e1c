using System.Numerics;

namespace DmDelegation.Tree;

/// <summary>A persistent map from positive numbers to values, a trie of 32-way nodes that hold only what is there. It exists because two of them can
/// be compared by reference: the cost of a difference follows what changed and not what is stored, which the framework's maps do not offer.</summary>
internal sealed class IdMap<T>
    where T : class
{
    private const int Bits = 5;
    private const int Mask = (1 << Bits) - 1;

    private readonly Branch? _root;
    private readonly int _shift;

    private IdMap(Branch? root, int shift, int count)
    {
        _root = root;
        _shift = shift;
        Count = count;
    }

    public static IdMap<T> Empty { get; } = new(null, 0, 0);

    public int Count { get; }

    public T? Find(long key)
    {
        if (!Covers(key))
            return null;
        object? at = _root;
        for (var shift = _shift; shift >= 0 && at is Branch branch; shift -= Bits)
            at = branch.At(Digit(key, shift));
        return (T?)at;
    }

    public IdMap<T> Set(long key, T value)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(key);
        var (root, shift) = (_root, _shift);
        while (root is not null && key >> shift >> Bits != 0)
        {
            shift += Bits;
            root = Branch.Nothing.With(0, root);
        }
        while (root is null && key >> shift >> Bits != 0)
            shift += Bits;
        return new IdMap<T>(Set(root, shift, key, value), shift, Count + (Find(key) is null ? 1 : 0));
    }

    public IdMap<T> Remove(long key) =>
        Find(key) is null ? this : new IdMap<T>((Branch?)Remove(_root!, _shift, key), _shift, Count - 1);

    /// <summary>All values in the order of their keys.</summary>
    public IEnumerable<T> Values => _root is null ? [] : Below(_root);

    /// <summary>The keys whose values are not the same object, with both values; null where there is none.</summary>
    public static IEnumerable<(T? Before, T? After)> Differences(IdMap<T> before, IdMap<T> after)
    {
        var shift = Math.Max(before._shift, after._shift);
        return Differences(before.Raised(shift), after.Raised(shift));
    }

    private static IEnumerable<(T? Before, T? After)> Differences(object? before, object? after)
    {
        if (ReferenceEquals(before, after))
            yield break;
        if (before is not Branch && after is not Branch)
        {
            yield return ((T?)before, (T?)after);
            yield break;
        }
        var (left, right) = (before as Branch ?? Branch.Nothing, after as Branch ?? Branch.Nothing);
        for (var rest = left.Present | right.Present; rest != 0; rest &= rest - 1)
        {
            var digit = BitOperations.TrailingZeroCount(rest);
            foreach (var difference in Differences(left.At(digit), right.At(digit)))
                yield return difference;
        }
    }

    private static Branch Set(Branch? branch, int shift, long key, T value)
    {
        var digit = Digit(key, shift);
        branch ??= Branch.Nothing;
        return branch.With(digit, shift == 0 ? value : Set((Branch?)branch.At(digit), shift - Bits, key, value));
    }

    private static object? Remove(Branch branch, int shift, long key)
    {
        var digit = Digit(key, shift);
        var rest = shift == 0 ? null : Remove((Branch)branch.At(digit)!, shift - Bits, key);
        return rest is null ? branch.Without(digit) : branch.With(digit, rest);
    }

    private static IEnumerable<T> Below(Branch branch)
    {
        foreach (var item in branch.Items)
        {
            if (item is T value)
            {
                yield return value;
                continue;
            }
            foreach (var below in Below((Branch)item))
                yield return below;
        }
    }

    private static int Digit(long key, int shift) => (int)(key >> shift) & Mask;

    private bool Covers(long key) => key > 0 && key >> _shift >> Bits == 0;

    private Branch? Raised(int shift)
    {
        var root = _root;
        for (var at = _shift; at < shift && root is not null; at += Bits)
            root = Branch.Nothing.With(0, root);
        return root;
    }

    private sealed class Branch(uint present, object[] items)
    {
        public static readonly Branch Nothing = new(0, []);

        public uint Present { get; } = present;

        public object[] Items { get; } = items;

        public object? At(int digit) => (Present & (1u << digit)) == 0 ? null : Items[IndexOf(digit)];

        public Branch With(int digit, object item)
        {
            var index = IndexOf(digit);
            if ((Present & (1u << digit)) != 0)
            {
                var changed = (object[])Items.Clone();
                changed[index] = item;
                return new Branch(Present, changed);
            }
            var grown = new object[Items.Length + 1];
            Array.Copy(Items, grown, index);
            grown[index] = item;
            Array.Copy(Items, index, grown, index + 1, Items.Length - index);
            return new Branch(Present | (1u << digit), grown);
        }

        public Branch? Without(int digit)
        {
            if (Items.Length == 1)
                return null;
            var index = IndexOf(digit);
            var shrunk = new object[Items.Length - 1];
            Array.Copy(Items, shrunk, index);
            Array.Copy(Items, index + 1, shrunk, index, shrunk.Length - index);
            return new Branch(Present & ~(1u << digit), shrunk);
        }

        private int IndexOf(int digit) => BitOperations.PopCount(Present & ((1u << digit) - 1));
    }
}
